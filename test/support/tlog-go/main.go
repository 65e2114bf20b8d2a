// Checks a tiled log with Go's own note and tlog packages: `go run . <verifier key> <log directory>`.
// It prints what it found, or fails. A second implementation keeps ours honest.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(key, dir string) error {
	tree, err := openCheckpoint(key, dir)
	if err != nil {
		return err
	}
	leaves, err := readLeaves(dir, tree.N)
	if err != nil {
		return err
	}
	// The reader checks each tile that it hands out against the root.
	hashes := tlog.TileHashReader(tree, tileReader{dir})
	if err := checkRecords(tree, leaves, hashes); err != nil {
		return err
	}
	root, err := rootOf(leaves)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the entries give %v, the checkpoint says %v", root, tree.Hash)
	}
	fmt.Printf("ok %d %s\n", tree.N, base64.StdEncoding.EncodeToString(tree.Hash[:]))
	return nil
}

func openCheckpoint(key, dir string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("origin %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func readLeaves(dir string, size int64) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for n := int64(0); n*256 < size; n++ {
		width := min(256, size-n*256)
		data, err := os.ReadFile(filepath.Join(dir, tilePath(tlog.Tile{H: tileHeight, L: -1, N: n, W: int(width)})))
		if err != nil {
			return nil, err
		}
		for len(data) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(data))
			leaves = append(leaves, tlog.RecordHash(data[2:end]))
			data = data[end:]
		}
	}
	if int64(len(leaves)) != size {
		return nil, fmt.Errorf("%d entries of %d", len(leaves), size)
	}
	return leaves, nil
}

func checkRecords(tree tlog.Tree, leaves []tlog.Hash, hashes tlog.HashReader) error {
	step := max(1, tree.N/50)
	for n := int64(0); n < tree.N; n += step {
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]); err != nil {
			return err
		}
	}
	return nil
}

func rootOf(leaves []tlog.Hash) (tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, index := range indexes {
			out = append(out, stored[index])
		}
		return out, nil
	})
	for n, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(n), leaf, reader)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, more...)
	}
	return tlog.TreeHash(int64(len(leaves)), reader)
}

type tileReader struct{ dir string }

func (r tileReader) Height() int { return tileHeight }

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(r.dir, tilePath(tile)))
		if err != nil {
			// A partial tile is gone once the full one is there.
			full := tile
			full.W = 1 << tileHeight
			if data, err = os.ReadFile(filepath.Join(r.dir, tilePath(full))); err != nil {
				return nil, err
			}
			data = data[:tile.W*tlog.HashSize]
		}
		out = append(out, data)
	}
	return out, nil
}

func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// tilePath is C2SP's: without the height, and with entries where Go says data.
func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}
