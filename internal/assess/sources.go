package assess

import (
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/snapshot"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Manifests makes files a source. Kinds they do not hold are outside the
// question.
func Manifests(files *manifest.Files) Source {
	src := Source{
		Source: files,
		Info:   posture.Source{Type: "manifests", Name: tables.Clean(files.Name()), Objects: files.Counts().Objects},
		Reason: func(err error) (string, string) { return err.Error(), "" },
		Locate: files.LineOf,
		Where:  "in these manifests",
	}
	for _, p := range files.Problems() {
		if p.Fatal {
			src.Problems = append(src.Problems, tables.Clean(p.String()))
		}
	}
	return src
}

// Snapshot makes a saved cluster a source.
func Snapshot(file *snapshot.File) Source {
	info := file.Info()
	return Source{
		Source: file,
		Info:   posture.Source{Type: "snapshot", Name: info.Name, ClusterUID: info.UID, Version: info.Version, Provider: info.Provider},
		Reason: snapshot.Reason,
		Where:  "in this snapshot",
	}
}

// Cluster makes a cluster a source, of which Info told.
func Cluster(c *kube.Cluster, info kube.Info) Source {
	return Source{
		Source: c,
		Info:   SourceOf(c.Name(), info),
		Reason: kube.Reason,
		Where:  "in this cluster",
	}
}

// SourceOf describes a cluster of which Info told.
func SourceOf(name string, info kube.Info) posture.Source {
	return posture.Source{Type: "cluster", Name: tables.Clean(name), ClusterUID: tables.Clean(info.UID), Version: tables.Clean(info.Version), Provider: info.Provider}
}
