package tables

import "time"

// EventInfo is what happened to a finding, as a row of kspm_events.
type EventInfo struct {
	ClusterUID                      string
	Seq                             int64
	At                              time.Time
	Type                            string
	Rule, Benchmark, Title, Section string
	Severity                        string
	Kind, Namespace, Name           string
	Team, Reason, Fingerprint       string
	First, Quiet                    bool
}

// RunInfo is a run that was kept, as a row of kspm_runs.
type RunInfo struct {
	ClusterUID       string
	At               time.Time
	Coverage         float64
	Rules            map[string]int // by status
	Opened, Resolved int
	RuleDigest       string
}

// What a history holds: read by whoever knows where it is.
const (
	VirtualEvents Virtual = "history of findings"
	VirtualRuns   Virtual = "history of runs"
)

// History as resources.
var (
	FindingEvents = virtual[EventInfo](VirtualEvents, "kspm.io", "v1", "findingevents", "FindingEvent", "")
	Runs          = virtual[RunInfo](VirtualRuns, "kspm.io", "v1", "runs", "Run", "")
)

type eventInfoRow struct {
	*Object
	info *EventInfo
}

// KspmEvents has one row per event.
var KspmEvents = define(spec[eventInfoRow]{
	Name: "kspm_events",
	Row:  "thing that happened to a finding",
	Doc: `What the history has seen: findings that were opened, reopened, changed, waived,
unwaived or resolved. It is in 'sql --store FILE|postgres://…' alone.`,
	Examples: []string{
		"SELECT datetime(at, 'unixepoch') AS at, type, rule, namespace, name, reason FROM kspm_events WHERE at > unixepoch() - 86400 ORDER BY at DESC",
		"SELECT team, count(*) AS resolved FROM kspm_events WHERE type = 'resolved' AND reason = 'fixed' GROUP BY team ORDER BY resolved DESC",
		"SELECT e.rule, e.name, d.replicas FROM kspm_events e JOIN k8s_deployments d ON e.cluster = d.cluster AND e.namespace = d.namespace AND e.name = d.name WHERE e.kind = 'Deployment' AND e.type = 'opened' AND NOT e.first",
	},
	Columns: [][]column[eventInfoRow]{{
		text("cluster", "name of the cluster", func(r eventInfoRow) Value { return Str(r.Cluster) }),
		text("cluster_uid", "uid of the cluster", func(r eventInfoRow) Value { return Str(r.info.ClusterUID) }),
		integer("seq", "number of the event on its cluster, without gaps", func(r eventInfoRow) Value { return Int(r.info.Seq) }),
		integer("at", "when it was seen, Unix seconds", func(r eventInfoRow) Value { return unix(r.info.At) }),
		text("type", "opened, reopened, changed, waived, unwaived or resolved", func(r eventInfoRow) Value { return Str(r.info.Type) }),
		text("rule", "id of the rule", func(r eventInfoRow) Value { return Str(r.info.Rule) }).key(),
		text("benchmark", "benchmark of the rule", func(r eventInfoRow) Value { return Str(r.info.Benchmark) }),
		text("title", "title of the rule", func(r eventInfoRow) Value { return Str(r.info.Title) }),
		text("section", "chapter of the guide", func(r eventInfoRow) Value { return Str(r.info.Section) }),
		text("severity", "severity of the finding", func(r eventInfoRow) Value { return Str(r.info.Severity) }),
		text("kind", "kind of the asset", func(r eventInfoRow) Value { return Str(r.info.Kind) }),
		text("namespace", "namespace of the asset", func(r eventInfoRow) Value { return Str(r.info.Namespace) }).key(),
		text("name", "name of the asset", func(r eventInfoRow) Value { return Str(r.info.Name) }).key(),
		text("team", "team that owned the asset; NULL where nobody did", func(r eventInfoRow) Value { return Str(r.info.Team) }),
		text("reason", "why a finding was resolved: fixed, deleted or rule_removed", func(r eventInfoRow) Value { return Str(r.info.Reason) }),
		integer("first", "whether it was the first run of the cluster", func(r eventInfoRow) Value { return Bool(r.info.First) }),
		integer("quiet", "whether the finding does not count: it was waived, or exempt", func(r eventInfoRow) Value { return Bool(r.info.Quiet) }),
		text("fingerprint", "what the finding is known by, as in kspm_findings", func(r eventInfoRow) Value { return Str(r.info.Fingerprint) }).key(),
	}},
	Sources: []source[eventInfoRow]{fromRecord(FindingEvents, func(o *Object, v *EventInfo, emit func(eventInfoRow)) { emit(eventInfoRow{o, v}) })},
})

type runInfoRow struct {
	*Object
	info *RunInfo
}

func (r runInfoRow) rules(status string) Value { return Int(r.info.Rules[status]) }

// KspmRuns has one row per run.
var KspmRuns = define(spec[runInfoRow]{
	Name: "kspm_runs",
	Row:  "run that the history has of a cluster",
	Doc: `What each run could see, and what it changed. It is in 'sql --store
FILE|postgres://…' alone.`,
	Examples: []string{
		"SELECT cluster, datetime(max(at), 'unixepoch') AS last, count(*) AS runs FROM kspm_runs GROUP BY cluster",
		"SELECT cluster, datetime(at, 'unixepoch') AS at, coverage, not_assessed FROM kspm_runs WHERE coverage < 0.9",
		"SELECT date(at, 'unixepoch') AS day, sum(opened) AS opened, sum(resolved) AS resolved FROM kspm_runs GROUP BY day ORDER BY day",
	},
	Columns: [][]column[runInfoRow]{{
		text("cluster", "name of the cluster", func(r runInfoRow) Value { return Str(r.Cluster) }),
		text("cluster_uid", "uid of the cluster", func(r runInfoRow) Value { return Str(r.info.ClusterUID) }),
		integer("at", "when it ended, Unix seconds", func(r runInfoRow) Value { return unix(r.info.At) }),
		realCol("coverage", "share of what was asked for that could be judged, 0 to 1", func(r runInfoRow) Value { return Real(r.info.Coverage) }),
		integer("passed", "rules that passed", func(r runInfoRow) Value { return r.rules("pass") }),
		integer("failed", "rules that failed", func(r runInfoRow) Value { return r.rules("fail") }),
		integer("review", "rules whose evidence a human must judge", func(r runInfoRow) Value { return r.rules("review") }),
		integer("not_assessed", "rules that could not be assessed, or ended with an error", func(r runInfoRow) Value { return Int(r.info.Rules["not_assessed"] + r.info.Rules["error"]) }),
		integer("opened", "findings that it opened", func(r runInfoRow) Value { return Int(r.info.Opened) }),
		integer("resolved", "findings that it resolved", func(r runInfoRow) Value { return Int(r.info.Resolved) }),
		text("rule_digest", "what identifies the rules and their configuration", func(r runInfoRow) Value { return Str(r.info.RuleDigest) }),
	}},
	Sources: []source[runInfoRow]{fromRecord(Runs, func(o *Object, v *RunInfo, emit func(runInfoRow)) { emit(runInfoRow{o, v}) })},
})
