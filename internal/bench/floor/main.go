// Command floor does the least that can be done with the same input as
// kubectl-kspm: it reads objects and throws them away. make bench measures it
// as a process of its own, beside kubectl-kspm.
//
//	floor list [-n NAMESPACE] RESOURCE …   objects of the cluster of KUBECONFIG, as protobuf
//	floor yaml DIR                         objects of a folder of YAML files
//
// It prints how many objects there were.
package main

import (
	"context"
	"fmt"
	"os"
)

func main() {
	n, err := run(context.Background(), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
	fmt.Println(n)
}

func run(ctx context.Context, args []string) (int, error) {
	switch {
	case len(args) == 2 && args[0] == "yaml":
		return readYAML(args[1])
	case len(args) > 3 && args[0] == "list" && args[1] == "-n":
		return list(ctx, args[2], args[3:])
	case len(args) > 1 && args[0] == "list":
		return list(ctx, "", args[1:])
	}
	return 0, fmt.Errorf("usage: floor list [-n NAMESPACE] RESOURCE … | floor yaml DIR")
}
