// Command check_log reads a log as a stranger would: with the packages of Go's checksum database, none of our code.
//
// It opens the checkpoint, and proves from tiles alone that every entry is under its root, that an older checkpoint
// is a prefix of it, and that a tlog-proof file is right.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	log := flag.String("log", "", "folder or URL under which the checkpoint and tile/ lie")
	key := flag.String("key", "", "verifier key of the log")
	since := flag.String("since", "", "file with an older checkpoint that the log must extend")
	proof := flag.String("proof", "", "tlog-proof file to check too")
	entry := flag.String("entry", "", "file with the entry that the proof is about")
	flag.Parse()
	verifier, err := note.NewVerifier(*key)
	if err == nil {
		err = checkLog(source(*log), verifier, *since)
	}
	if err == nil && *proof != "" {
		err = checkProof(*proof, *entry, verifier)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "check_log:", err)
		os.Exit(1)
	}
}

func checkLog(log source, verifier note.Verifier, since string) error {
	text, err := log.read("checkpoint")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(text, verifier)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, tiles{log, map[tlog.Tile][]byte{}})
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("tiles give the root %v, checkpoint says %v", root, tree.Hash)
	}
	if err := checkEntries(log, tree, hashes); err != nil {
		return err
	}
	fmt.Printf("%d entries under %v\n", tree.N, tree.Hash)
	if since == "" {
		return nil
	}
	return checkExtends(since, verifier, tree, hashes)
}

// checkEntries hashes every entry and proves it from the tiles.
func checkEntries(log source, tree tlog.Tree, hashes tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += width {
		bundle := tlog.Tile{H: height, N: first / width, W: width}
		if tree.N-first < width {
			bundle.W = int(tree.N - first)
		}
		entries, err := readBundle(log, bundle)
		if err != nil {
			return err
		}
		for offset, entry := range entries {
			index := first + int64(offset)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %v", index, err)
			}
		}
	}
	return nil
}

func checkExtends(since string, verifier note.Verifier, tree tlog.Tree, hashes tlog.HashReader) error {
	text, err := os.ReadFile(since)
	if err != nil {
		return err
	}
	old, err := openCheckpoint(text, verifier)
	if err != nil {
		return err
	}
	if tree.N < old.N {
		return fmt.Errorf("log shrank from %d entries to %d", old.N, tree.N)
	}
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return fmt.Errorf("log of %d entries does not extend the one of %d: %v", tree.N, old.N, err)
	}
	fmt.Printf("extends the log of %d entries\n", old.N)
	return nil
}

// checkProof checks a file of C2SP tlog-proof, for which Go has no reader.
func checkProof(file, entryFile string, verifier note.Verifier) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(text), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("proof file has not the form of a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint([]byte(parts[1]), verifier)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return fmt.Errorf("proof file: %v", err)
	}
	fmt.Printf("proof file: entry %d of %d\n", index, tree.N)
	return nil
}

func openCheckpoint(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("checkpoint is not one of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}
