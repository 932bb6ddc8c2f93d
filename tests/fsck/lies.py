"""A change of the database for each kind of lie, and the sentence in which fsck names it."""

HEX = "[0-9a-f]+"
LIES = {
    # events
    "body": (
        "UPDATE event SET body = replace(body, 'KGM', 'GRM') WHERE id = 7",
        f"entry 6: its event digest is {HEX}, want {HEX}",
    ),
    "unreadable body": (
        "UPDATE event SET body = 'x' WHERE id = 7",
        r"entry 6 is unreadable \(.*\), want an entry and its event",
    ),
    "body of one that is queued": (
        "UPDATE event SET body = replace(body, 'KGM', 'GRM') WHERE id = 302",
        f"queued event {HEX}: its event digest is {HEX}, want {HEX}",
    ),
    "context": (
        "UPDATE event SET context = replace(context, 'guoji.example', 'other.example') WHERE id = 7",
        f"entry 6: its event digest is {HEX}, want {HEX}",
    ),
    "submitter": (
        "UPDATE event SET submitter = '9521234000013' WHERE id = 7",
        "entry 6: its submitter is 9521234000006, want 9521234000013",
    ),
    "capture time": (
        "UPDATE event SET captured_at_ms = 4 WHERE id = 7",
        "entry 6: its captured at is 5, want 4",
    ),
    "event hash": (
        "UPDATE event SET event_hash = replace(event_hash, 'a', 'b') WHERE id = 7",
        "entry 6: the stored event hash is ni:.*, want ni:.*",
    ),
    "content digest": (
        "UPDATE event SET content_digest = :zero WHERE id = 7",
        f"entry 6: the stored content digest is 0{{64}}, want {HEX}",
    ),
    "names": (
        "UPDATE event SET names = :zero WHERE id = 7",
        f"entry 6: the stored names is 0{{64}}, want {HEX}",
    ),
    "key": (
        "UPDATE event SET key = replace(key, 'a', 'b') WHERE id = 7",
        f"entry 6: its key is {HEX}, want {HEX}",
    ),
    "entry of an event": (
        "UPDATE event SET entry = :zero WHERE id = 7",
        f"entry 6: its key is {HEX}, want {HEX}",
    ),
    "mention that is missing": (
        "DELETE FROM mention WHERE event_id = 7",
        f"entry 6: the list of names under which it is found is , want {HEX}",
    ),
    "mention that was added": (
        "INSERT INTO mention (name, event_id) VALUES (:zero, 7)",
        f"entry 6: the list of names under which it is found is 0{{64}}{HEX}, want {HEX}",
    ),
    "queued again": (
        "INSERT INTO pending (event_id) VALUES (7)",
        "entry 6 is queued for the log once more, want taken once",
    ),
    "no longer queued": (
        "DELETE FROM pending",
        f"event {HEX} is neither in the log nor queued for it, want one of the two",
    ),
    "batch that the event is not about": (
        "UPDATE batch SET entry_key = (SELECT key FROM event WHERE id = 7)",
        f"entry 6: the batch that is stored with it is {HEX}, want None",
    ),
    "harvest that is not found": (
        "UPDATE event SET is_harvest = NOT is_harvest WHERE id = 7",
        "entry 6: whether it counts as a harvest is (True|False), want (True|False)",
    ),
    "batch whose findings are not found": (
        "UPDATE batch SET has_findings = NOT has_findings WHERE number = 1",
        r"batch 1 of logger-1: whether it has findings is (True|False), want (True|False)",
    ),
    # what events are found by
    "row of a trace that is missing": (
        "DELETE FROM told WHERE event_id = 7",
        "what event number 7 says to a trace is missing, want there",
    ),
    "row of a trace with another submitter": (
        "UPDATE told SET submitter = '9521234000013' WHERE event_id = 7",
        "event number 7: its submitter to a trace is 9521234000013, want 9521234000006",
    ),
    "row of a trace without an event": (
        "INSERT INTO told SELECT 4000, key, at_us, submitter, captured_at_ms, name, is_declaration, "
        "leads_on, is_stored, places, words FROM told WHERE event_id = 7",
        "what event number 4000 says is there without the event, want none",
    ),
    "way to an event that is none": (
        "INSERT INTO kin (name, event_id) VALUES (:four, 4000)",
        "what event number 4000 is walked to by is there without the event, want none",
    ),
    "way to an event that it does not name": (
        "INSERT INTO kin (name, event_id) VALUES (:four, 7)",
        f"event number 7: what it is walked to by is {HEX}, want ",
    ),
    "submitter who does not find its event": (
        "DELETE FROM reader WHERE event_id = 7",
        "party 9521234000006 as a reader of event number 7 is missing, want there",
    ),
    "reader without an event": (
        "INSERT INTO reader (gln, event_id) VALUES ('9521234000013', 4000)",
        "who reads event number 4000 is there without the event, want none",
    ),
    "term that is missing": (
        "DELETE FROM term WHERE event_id = 7",
        f"event number 7: the terms under which it is found is , want {HEX}.*",
    ),
    "term without an event": (
        "INSERT INTO term (digest, event_id) VALUES (:four, 4000)",
        "the index of event number 4000 is there without the event, want none",
    ),
    "time at which an event is found": (
        "UPDATE moment SET happened_at_us = 5 WHERE event_id = 7",
        "event number 7: the indexed happened time is 5, want [0-9]+",
    ),
    "event that no time finds": (
        "DELETE FROM moment WHERE event_id = 7",
        "event number 7: the indexed happened time is None, want [0-9]+",
    ),
    "word that is not listed": (
        "DELETE FROM occurring WHERE kind = 'bizStep'",
        "event number 1: the bizStep that is listed of it is None, want commissioning",
    ),
    "word that is listed and does not occur": (
        "INSERT INTO occurring (kind, digest, value) VALUES ('bizStep', :four, 'holding')",
        "the bizStep 'holding' is listed, want left out, since no event has it",
    ),
    # the log
    "index": (
        'UPDATE log_entry SET "index" = 303 WHERE "index" = 7',
        "the index that follows 6 in the log is 8, want 7",
    ),
    "newest entry": (
        'DELETE FROM log_entry WHERE "index" = 302',
        "the length of tile 1 of level 0 is 1504, want 1472",
    ),
    "entry beside its event": (
        'UPDATE log_entry SET entry = :zero WHERE "index" = 7',
        "entry 7 is stored a second time, beside its event, want the event's own",
    ),
    "map entry": (
        'UPDATE log_entry SET entry = :zero WHERE "index" = 300',
        r"entry 300 is unreadable \(entry has 32 bytes, want 178\), want an entry",
    ),
    "root in a map entry": (
        'UPDATE log_entry SET entry = CAST(substr(entry, 1, 19) || :zero AS BLOB) WHERE "index" = 300',
        f"hash 44 of tile 1 of level 0 \\(over entries 300\\) is {HEX}, want {HEX}",
    ),
    "names of a map entry": (
        'UPDATE log_entry SET names = :zero WHERE "index" = 300',
        "entry 300: its names is 0{64}, want ",
    ),
    # tiles
    "tile": (
        "UPDATE tile SET hashes = CAST(substr(hashes, 1, 1408) || :zero || substr(hashes, 1441) AS BLOB) "
        'WHERE "index" = 1',
        f"hash 44 of tile 1 of level 0 \\(over entries 300\\) is 0{{64}}, want {HEX}",
    ),
    "tile above": (
        "UPDATE tile SET hashes = :zero WHERE level = 1",
        f"hash 0 of tile 0 of level 1 \\(over entries 0 to 255\\) is 0{{64}}, want {HEX}",
    ),
    "tile that is missing": (
        "DELETE FROM tile WHERE level = 1",
        "tile 0 of level 1 is missing, want 1 hashes",
    ),
    "tile that is longer": (
        "UPDATE tile SET hashes = CAST(hashes || :zero AS BLOB) WHERE level = 1",
        "the length of tile 0 of level 1 is 64, want 32",
    ),
    "tile that was added": (
        'INSERT INTO tile (level, "index", hashes) VALUES (2, 0, :zero)',
        "the length of tile 0 of level 2 is 32, want 0",
    ),
    # the name map
    "page": (
        'UPDATE map_page SET page = :zero WHERE path = :top AND "index" = 302',
        f"page at the top of the name map of entry 302 is 0{{64}}, want {HEX}.*",
    ),
    "older page": (
        'UPDATE map_page SET page = :zero WHERE path = :top AND "index" = 300',
        f"page at the top of the name map of entry 300 is 0{{64}}, want {HEX}.*",
    ),
    "page that is missing": (
        'DELETE FROM map_page WHERE path = :top AND "index" = 302',
        "the newest page at the top of the name map is missing, want a page",
    ),
    "page that was added": (
        'INSERT INTO map_page (path, "index", page) VALUES (:one, 302, :zero)',
        "page aa of the name map of entry 302 is there, want none: nothing changed in it",
    ),
    "page of no map entry": (
        'INSERT INTO map_page (path, "index", page) VALUES (:one, 299, :zero)',
        "page aa of the name map of entry 299 is there, want none: nothing changed in it",
    ),
    # what was signed
    "checkpoint": (
        "UPDATE checkpoint SET note = replace(note, '303', '302')",
        r"the newest checkpoint is worth nothing \(the signature of .* does not fit the note\), "
        "want a checkpoint that our key signed",
    ),
    "checkpoint that is missing": (
        "DELETE FROM checkpoint",
        "the newest checkpoint is missing, want one, since the log has entries",
    ),
    "checkpoint of another log": (
        "INSERT INTO checkpoint (origin, note) VALUES ('other', 'x')",
        "the checkpoint of other is stored, want none but of guoji.example/log",
    ),
    "anchor's note": (
        "UPDATE anchor SET note = replace(note, '301', '300')",
        r"the anchor of 301 entries \(0x\w+\): its note is worth nothing .*",
    ),
    "anchor's root": (
        "UPDATE anchor SET root = :zero",
        r"the anchor of 301 entries \(0x\w+\): its note: the root beside it is 0{64}, want \w+",
    ),
    "anchor's size": (
        "UPDATE anchor SET size = 300",
        r"the anchor of 300 entries \(0x\w+\): its note: its size is 301, want 300",
    ),
    "anchor's size before": (
        "UPDATE anchor SET old_size = 301",
        r"the anchor of 301 entries \(0x\w+\): the size before it is 301, want less than 301",
    ),
    "anchor's state": (
        "UPDATE anchor SET state = 'sure'",
        r"the anchor of 301 entries \(0x\w+\): its state is sure, want sent or mined or final or reverted",
    ),
    # what devices sent
    "reading": (
        "UPDATE reading SET payload = :zero WHERE sequence = 1",
        r"batch 1 of logger-1: its root is \w+, want \w+",
    ),
    "reading that is not sealed": (
        "UPDATE reading SET payload = :zero WHERE sequence = 5",
        r"arrival 4 of logger-1: its digest is \w+, want \w+",
    ),
    "reading that is missing": (
        "DELETE FROM reading WHERE sequence = 1",
        r"batch 1 of logger-1: its root is \w+, want \w+",
    ),
    "newest reading that is missing": (
        "DELETE FROM reading WHERE sequence = 5",
        "the next arrival of logger-1 is 5, want 4",
    ),
    "receiving time": (
        "UPDATE reading SET received_at_ms = 4 WHERE sequence = 1",
        r"batch 1 of logger-1: its root is \w+, want \w+",
    ),
    "number of a reading": (
        "UPDATE reading SET sequence = 6 WHERE sequence = 5",
        r"the receipts of logger-1 in epoch 9: the last number from 5 on is 5, want 4",
    ),
    "conflict": (
        "UPDATE conflict SET payload = :zero",
        r"arrival 3 of logger-1: its digest is \w+, want \w+",
    ),
    "conflict that is missing": (
        "DELETE FROM conflict",
        "the arrival that follows 2 of logger-1 is 4, want 3",
    ),
    "quarantine": (
        "UPDATE quarantine SET payload = :four",
        r"message 1 in quarantine: its digest is \w+, want \w+",
    ),
    "quarantine that grew": (
        "UPDATE quarantine SET payload = :zero",
        "message 1 in quarantine: its size is 4, want 32",
    ),
    "receipts": (
        "UPDATE stream SET runs = replace(runs, '1, 3,', '1, 4,')",
        "the receipts of logger-1 in epoch 9: the last number from 1 on is 4, want 3",
    ),
    "unreadable receipts": (
        "UPDATE stream SET runs = '{}'",
        r"the receipts of logger-1 in epoch 9 is unreadable \('runs'\), want runs of numbers",
    ),
    "arrivals": (
        "UPDATE device_state SET next_arrival = 9",
        "the next arrival of logger-1 is 9, want 5",
    ),
    # batches
    "batch root": (
        "UPDATE batch SET root = :zero",
        f"entry 301: the batch that is stored with it is 0{{64}}, want {HEX}",
    ),
    "batch number": ("UPDATE batch SET number = 2", "batch 2 of logger-1: its number is 2, want 1"),
    "batch count": ("UPDATE batch SET count = 3", "batch 1 of logger-1: its count is 3, want 2"),
    "batch's readings": (
        "UPDATE batch SET from_arrival = 2",
        "batch 1 of logger-1: its first arrival is 2, want 1",
    ),
    "batch before": (
        "UPDATE batch SET previous_root = :one32",
        "batch 1 of logger-1: the root of the batch before it is (01){32}, want 0{64}",
    ),
    # personal data
    "personal value": (
        "UPDATE disclosure SET value = 'Li Si'",
        r"the personal value of \w+: what opens it is \w+, want \w+",
    ),
    "erased value": (
        "INSERT INTO erasure SELECT commitment, 7, 'x', :true FROM disclosure",
        r"the personal value of \w+ is there, though it was erased, want gone",
    ),
    "erasure": (
        "DELETE FROM erasure",
        r"the erasure of (ab){32} is in the journal only, want in the database",
    ),
}
