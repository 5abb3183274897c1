package tables

import "time"

// RuleInfo is a rule, as a row of kspm_rules.
type RuleInfo struct {
	ID, Benchmark, Title, Section, Severity, Verdict, Why, Fix, SQL string
	// What a benchmark says of it: level 1 or 2, automated or manual, and which
	// part of the cluster it is about.
	Level               int
	Type, Profile       string
	Aliases, References []string
	// Tables are the names of the tables that its SQL reads.
	Tables []string
}

// FindingInfo is a row of evidence, or with an empty Path an asset or rule
// without any, as a row of kspm_findings.
type FindingInfo struct {
	Rule, Benchmark, Title, Section string
	Severity, Status                string
	Kind, Namespace, Name           string
	Path, Actual, Expected          string
	Team, Exempt, Waived, File      string
	Line, Pods                      int
	// Details are the further columns of the evidence.
	Details map[string]any
	// State is open, waived, exempt or resolved; empty where there is no asset.
	State, Fingerprint string
	// What a history knows; zero without one.
	ClusterUID                   string
	FirstSeen, Changed, Resolved time.Time
	Reason                       string
}

// What posture itself is: read by whoever knows the rules.
const (
	VirtualRules    Virtual = "rules"
	VirtualFindings Virtual = "findings"
)

// Posture as resources.
var (
	Rules    = virtual[RuleInfo](VirtualRules, "kspm.io", "v1", "rules", "Rule", "")
	Findings = virtual[FindingInfo](VirtualFindings, "kspm.io", "v1", "findings", "Finding", "")
)

type ruleInfoRow struct {
	*Object
	info *RuleInfo
}

// KspmRules has one row per rule.
var KspmRules = define(spec[ruleInfoRow]{
	Name: "kspm_rules",
	Row:  "rule",
	Doc:  "The rules themselves: what they ask for, and the SQL that proves it.",
	Examples: []string{
		"SELECT id, severity, title FROM kspm_rules WHERE benchmark = 'nsa' AND severity = 'high'",
		"SELECT r.id, t.value AS reads FROM kspm_rules r, json_each(r.tables) t WHERE t.value = 'k8s_rbac_rules'",
		"SELECT section, count(*) AS rules FROM kspm_rules GROUP BY section",
	},
	Columns: [][]column[ruleInfoRow]{{
		text("id", "id that people cite", func(r ruleInfoRow) Value { return Str(r.info.ID) }).key(),
		text("benchmark", "nsa, cis, or the first part of the id of a rule of your own", func(r ruleInfoRow) Value { return Str(r.info.Benchmark) }),
		text("title", "title", func(r ruleInfoRow) Value { return Str(r.info.Title) }),
		text("section", "chapter of the guide", func(r ruleInfoRow) Value { return Str(r.info.Section) }),
		text("severity", "critical, high, medium, low or info", func(r ruleInfoRow) Value { return Str(r.info.Severity) }),
		text("verdict", "what a row means: fail, review, info; or manual", func(r ruleInfoRow) Value { return Str(r.info.Verdict) }),
		integer("level", "level in its benchmark, 1 or 2; NULL where it has none", func(r ruleInfoRow) Value {
			if r.info.Level == 0 {
				return Null
			}
			return Int(r.info.Level)
		}),
		text("type", "how its benchmark has it assessed: automated or manual", func(r ruleInfoRow) Value { return Str(r.info.Type) }),
		text("profile", "what its benchmark says it is about: control-plane, etcd, worker or policies", func(r ruleInfoRow) Value { return Str(r.info.Profile) }),
		text("why", "why it matters", func(r ruleInfoRow) Value { return Str(r.info.Why) }),
		text("fix", "what to change: a template over the columns of the evidence", func(r ruleInfoRow) Value { return Str(r.info.Fix) }),
		text("sql", "the query; NULL for manual rules", func(r ruleInfoRow) Value { return Str(r.info.SQL) }),
		jsonCol("tables", "names of the tables that the query reads", func(r ruleInfoRow) Value { return JSON(r.info.Tables) }),
		jsonCol("aliases", "ids that other tools and guides know the rule by", func(r ruleInfoRow) Value { return JSON(r.info.Aliases) }),
		jsonCol("references", "references", func(r ruleInfoRow) Value { return JSON(r.info.References) }),
	}},
	Sources: []source[ruleInfoRow]{fromRecord(Rules, func(o *Object, v *RuleInfo, emit func(ruleInfoRow)) { emit(ruleInfoRow{o, v}) })},
})

type findingRow struct {
	*Object
	info *FindingInfo
}

// KspmFindings has one row per row of evidence.
var KspmFindings = define(spec[findingRow]{
	Name: "kspm_findings",
	Row:  "row of evidence of a rule; rules without any have one row, without an asset",
	Doc: `Posture as a table that can be joined: reading it runs every rule over the same
objects. A rule that passed, could not be assessed or is manual has one row whose
kind, namespace and name are NULL. With --store the rows are those of the history:
of every cluster in it, as it was last judged, and with what is resolved by now
(status resolved).`,
	Examples: []string{
		"SELECT rule, count(DISTINCT namespace || '/' || name) AS assets FROM kspm_findings WHERE status = 'fail' GROUP BY rule ORDER BY assets DESC",
		"SELECT f.rule, f.name, n.labels->>'$.tier' AS tier FROM kspm_findings f JOIN k8s_namespaces n ON n.name = f.namespace WHERE f.severity = 'high'",
		"SELECT coalesce(team, 'unowned') AS team, severity, count(*) AS findings FROM kspm_findings WHERE status = 'fail' AND waived IS NULL AND exempt IS NULL GROUP BY 1, 2",
		"SELECT rule, status, title FROM kspm_findings WHERE status IN ('not_assessed', 'error')",
		"SELECT cluster, rule, namespace, name, (unixepoch() - first_seen) / 86400 AS days FROM kspm_findings WHERE state = 'open' AND first_seen < unixepoch() - 30 * 86400",
	},
	Columns: [][]column[findingRow]{{
		text("cluster", "name of the source", func(r findingRow) Value { return Str(r.Cluster) }),
		text("rule", "id of the rule", func(r findingRow) Value { return Str(r.info.Rule) }).key(),
		text("benchmark", "benchmark of the rule", func(r findingRow) Value { return Str(r.info.Benchmark) }),
		text("title", "title of the rule", func(r findingRow) Value { return Str(r.info.Title) }),
		text("section", "chapter of the guide", func(r findingRow) Value { return Str(r.info.Section) }),
		text("severity", "severity of the finding", func(r findingRow) Value { return Str(r.info.Severity) }),
		text("status", "status of the rule: pass, fail, review, manual, not_applicable, not_assessed, error; resolved for a finding of the history that is no more", func(r findingRow) Value { return Str(r.info.Status) }),
		text("kind", "kind of the asset", func(r findingRow) Value { return Str(r.info.Kind) }),
		text("namespace", "namespace of the asset", func(r findingRow) Value { return Str(r.info.Namespace) }).key(),
		text("name", "name of the asset", func(r findingRow) Value { return Str(r.info.Name) }).key(),
		text("team", "team that owns the asset: of its annotation or label kspm.io/team, its namespace's, or the file of owners", func(r findingRow) Value { return Str(r.info.Team) }),
		text("path", "path into the object", func(r findingRow) Value { return Str(r.info.Path) }),
		text("actual", "what is there; for a rule without evidence, the reason of its status", func(r findingRow) Value { return Str(r.info.Actual) }),
		text("expected", "what should be there", func(r findingRow) Value { return Str(r.info.Expected) }),
		text("exempt", "system for the cluster's own parts, which do not count", func(r findingRow) Value { return Str(r.info.Exempt) }),
		text("waived", "reason of the waiver, when the finding was accepted", func(r findingRow) Value { return Str(r.info.Waived) }),
		integer("pods", "running pods concerned", func(r findingRow) Value { return Int(r.info.Pods) }),
		jsonCol("details", "the further columns of the evidence", func(r findingRow) Value { return JSON(r.info.Details) }),
		text("file", "manifest file of the asset", func(r findingRow) Value { return Str(r.info.File) }),
		integer("line", "line in that file", func(r findingRow) Value {
			if r.info.Line == 0 {
				return Null
			}
			return Int(r.info.Line)
		}),
		text("state", "state of the finding: open, waived, exempt or resolved", func(r findingRow) Value { return Str(r.info.State) }),
		text("fingerprint", "what the finding is known by, from run to run", func(r findingRow) Value { return Str(r.info.Fingerprint) }),
		text("cluster_uid", "uid of the cluster in the history", func(r findingRow) Value { return Str(r.info.ClusterUID) }),
		integer("first_seen", "when the history first had the finding, Unix seconds", func(r findingRow) Value { return unix(r.info.FirstSeen) }),
		integer("changed", "when its evidence last became another, Unix seconds", func(r findingRow) Value { return unix(r.info.Changed) }),
		integer("resolved", "when it was no more, Unix seconds", func(r findingRow) Value { return unix(r.info.Resolved) }),
		text("reason", "why it is no more: fixed, deleted or rule_removed", func(r findingRow) Value { return Str(r.info.Reason) }),
	}},
	Sources: []source[findingRow]{fromRecord(Findings, func(o *Object, v *FindingInfo, emit func(findingRow)) { emit(findingRow{o, v}) })},
})
