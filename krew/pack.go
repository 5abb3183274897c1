package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// epoch is the time of every file in an archive: that of a build would make
// every archive another.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// pack builds the program for a platform, and archives it with its licence.
func pack(dir, version, goos, arch string) error {
	a := archive{OS: goos, Arch: arch, Name: fmt.Sprintf("kubectl-kspm_%s_%s_%s.tar.gz", version, goos, arch)}
	write := writeTar
	if goos == "windows" {
		a.Name = a.Name[:len(a.Name)-len("tar.gz")] + "zip"
		write = writeZip
	}
	tmp, err := os.MkdirTemp("", "kspm-archive-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	binary := filepath.Join(tmp, a.Binary())
	cmd := exec.CommandContext(context.Background(), "make", "build", "BINARY="+binary, "VERSION="+version, "BUILDFLAGS=-buildvcs=false")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+arch)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("make build: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, a.Name))
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	if err := write(io.MultiWriter(file, sum), binary, "LICENSE"); err != nil {
		return err
	}
	return record(filepath.Join(dir, checksums), a.Name, hex.EncodeToString(sum.Sum(nil)))
}

func writeTar(w io.Writer, binary, licence string) error {
	zw, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zw)
	for path, mode := range files(binary, licence) {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: filepath.Base(path), Mode: mode, Size: int64(len(text)), ModTime: epoch, Format: tar.FormatUSTAR}
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		if _, err := tw.Write(text); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zw.Close()
}

func writeZip(w io.Writer, binary, licence string) error {
	zw := zip.NewWriter(w)
	for path := range files(binary, licence) {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		entry, err := zw.CreateHeader(&zip.FileHeader{Name: filepath.Base(path), Method: zip.Deflate, Modified: epoch})
		if err != nil {
			return err
		}
		if _, err := entry.Write(text); err != nil {
			return err
		}
	}
	return zw.Close()
}

// files are what an archive holds, with their modes, in order.
func files(binary, licence string) func(yield func(string, int64) bool) {
	return func(yield func(string, int64) bool) {
		_ = yield(binary, 0o755) && yield(licence, 0o644)
	}
}
