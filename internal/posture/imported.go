package posture

// Imported is what another tool said of the same recommendations. It changes
// no status of ours: it is shown beside them.
type Imported struct {
	Tool      string `json:"tool"`
	Benchmark string `json:"benchmark"`
	// Checks is how many of its checks are about rules of this report.
	Checks int `json:"checks"`
	// Instead is what it said of rules that we could not judge.
	Instead []ImportedCheck `json:"instead"`
	// Disagreements are rules that one of us passes and the other fails.
	Disagreements []ImportedCheck `json:"disagreements"`
}

// ImportedCheck is another tool's result beside ours.
type ImportedCheck struct {
	Rule     string `json:"rule"`
	Title    string `json:"title"`
	Ours     Status `json:"ours"`
	Theirs   string `json:"theirs"` // PASS or FAIL
	Where    string `json:"where,omitempty"`
	Actual   string `json:"actual,omitempty"`
	Expected string `json:"expected,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Import compares another tool's results, each with the id of a rule and PASS
// or FAIL. Of several about one rule, one for every node, a FAIL counts.
func (r *Report) Import(tool, benchmark string, checks []ImportedCheck) {
	in := &Imported{Tool: tool, Benchmark: benchmark, Instead: []ImportedCheck{}, Disagreements: []ImportedCheck{}}
	worst := map[string]ImportedCheck{}
	for _, c := range checks {
		if first, ok := worst[c.Rule]; !ok || first.Theirs != "FAIL" && c.Theirs == "FAIL" {
			worst[c.Rule] = c
		}
	}
	for _, rule := range r.Rules {
		c, ok := worst[rule.ID]
		if !ok {
			continue
		}
		in.Checks++
		c.Title, c.Ours = rule.Title, rule.Status
		switch {
		case rule.Status == Pass && c.Theirs == "FAIL", rule.Status == Fail && c.Theirs == "PASS":
			in.Disagreements = append(in.Disagreements, c)
		case !rule.Status.Judged():
			in.Instead = append(in.Instead, c)
		}
	}
	r.Imported = in
}
