package posture

// Rule is what people are told of a rule: what it asks for, why, how it is
// proven, and what to change.
type Rule struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Section    string   `json:"section"`
	Severity   Severity `json:"severity"`
	Why        string   `json:"why"`
	Fix        string   `json:"fix"` // a template over the columns of the evidence
	SQL        string   `json:"sql"`
	References []string `json:"references"`
	// Aliases are the ids other tools and guides know the rule by.
	Aliases []string `json:"aliases"`
	// Parameters are what kspm.yaml can tell the rule.
	Parameters []Parameter `json:"parameters,omitempty"`
	// Said is what the rule's benchmark says of it: level, how it is assessed.
	Said string `json:"said,omitempty"`
}

// Parameter is something that a rule can be told. Values are nil without one.
type Parameter struct {
	Name    string  `json:"name"`
	Type    string  `json:"type"` // list, text, integer or boolean
	Value   *string `json:"value"`
	Default *string `json:"default"`
	Doc     string  `json:"doc"`
}
