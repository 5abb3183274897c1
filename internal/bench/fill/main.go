// Command fill holds every pod table of a synthetic cluster in memory, with
// every column of SELECT *, and prints how many rows there are. make bench measures its
// memory.
//
//	fill PODS
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/kubectl-kspm/kubectl-kspm/internal/bench/synthetic"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func main() {
	n, err := fill(context.Background(), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
	fmt.Println(n)
}

func fill(ctx context.Context, args []string) (n int, err error) {
	if len(args) != 1 {
		return 0, errors.New("usage: fill PODS")
	}
	pods, err := strconv.Atoi(args[0])
	if err != nil {
		return 0, err
	}
	plan := rows.Plan{}
	for _, t := range tables.All() {
		if !slices.ContainsFunc(t.Sources, func(s tables.Source) bool { return s.Resource == tables.Pods }) {
			continue
		}
		for i, c := range t.Columns {
			if !c.Hidden { // the whole object again, for every row
				plan.Add(t, i)
			}
		}
	}
	set, err := rows.Load(ctx, synthetic.Cluster{Pods: pods}, plan, rows.Scope{}, rows.Scope{})
	if err != nil {
		return 0, err
	}
	for t := range plan {
		n += set.Tables[t].Len
	}
	return n, nil
}
