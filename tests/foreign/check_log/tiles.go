package main

// Where the log's files are, by the paths of C2SP tlog-tiles.

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

// tiles reads what TileHashReader asks for, and remembers what it found to be right.
type tiles struct {
	log   source
	known map[tlog.Tile][]byte
}

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, known := t.known[tile]
		if !known {
			var err error
			if data, err = t.log.read(path(tile)); err != nil {
				return nil, err
			}
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes, want %d hashes", path(tile), len(data), tile.W)
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles(proven []tlog.Tile, data [][]byte) {
	for i, tile := range proven {
		t.known[tile] = data[i]
	}
}

// path is where C2SP tlog-tiles puts a tile: without the height that Go's own paths have.
func path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
}

func readBundle(log source, tile tlog.Tile) ([][]byte, error) {
	where := strings.Replace(path(tile), "tile/0/", "tile/entries/", 1)
	data, err := log.read(where)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		end := 2 + int(binary.BigEndian.Uint16(data))
		if end > len(data) {
			break
		}
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(data) != 0 || len(entries) != tile.W {
		return nil, fmt.Errorf("%s has %d entries and %d bytes more, want %d", where, len(entries), len(data), tile.W)
	}
	return entries, nil
}

// source is a folder or a URL.
type source string

func (s source) read(name string) ([]byte, error) {
	if !strings.HasPrefix(string(s), "http") {
		return os.ReadFile(filepath.Join(string(s), name))
	}
	answer, err := http.Get(string(s) + "/" + name)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", name, answer.Status)
	}
	return io.ReadAll(answer.Body)
}
