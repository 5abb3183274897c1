package rule

import (
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const good = `-- id: ACME-7
-- title: No pod is called web
-- section: Names
-- severity: high
-- scope: object
-- assets: SELECT 'Pod' AS kind, namespace, name FROM k8s_pods
-- why: |
--   Because.
--
--     Indented.
-- fix: Rename {{.name}}
-- patch:
--   object:
--     metadata: {name: "{{.name}}-2"}
-- aliases: [OTHER-1]
-- pass:
--   - name: nothing
--     objects: |
--       kind: Pod
--       ---
--       kind: Pod
-- fail:
--   - objects: "kind: Pod"
--     rows: [{name: web, line: 3}]

-- A comment of the query.
SELECT 'Pod' AS kind, namespace, name, '' AS path, name AS actual, 'another' AS expected FROM k8s_pods WHERE name = 'web';
`

func TestParse(t *testing.T) {
	r, err := Parse("acme/7.sql", good)
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "ACME-7" || r.SeverityLevel() != posture.High || r.Verdict != VerdictFail || r.Benchmark() != "acme" || r.File != "acme/7.sql" {
		t.Errorf("%+v", r)
	}
	if want := "Because.\n\n  Indented.\n"; r.Why != want {
		t.Errorf("why %q, want %q", r.Why, want)
	}
	if r.Pass[0].Objects != "kind: Pod\n---\nkind: Pod\n" || r.Fail[0].Rows[0]["line"] != 3 {
		t.Errorf("cases %+v %+v", r.Pass, r.Fail)
	}
	if !strings.HasPrefix(r.SQL, "-- A comment of the query.\nSELECT") || strings.HasSuffix(r.SQL, ";") {
		t.Errorf("query %q", r.SQL)
	}
	if r.Patch.Empty() || !(Patch{}).Empty() {
		t.Errorf("patch %+v", r.Patch)
	}
	crlf, err := Parse("acme/7.sql", strings.ReplaceAll(good, "\n", "\r\n"))
	if err != nil || crlf.Why != r.Why {
		t.Errorf("with the line ends of Windows: %v", err)
	}
}

func TestParseErrors(t *testing.T) {
	without := func(key string) string {
		var lines []string
		for line := range strings.Lines(good) {
			if !strings.HasPrefix(line, "-- "+key+": ") {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "")
	}
	header, query, _ := strings.Cut(good, "\n\n")
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "7.sql:1: no header: want comment lines such as -- id: NSA-23"},
		{"no header", query[strings.Index(query, "SELECT"):], "7.sql:1: no header: want comment lines such as -- id: NSA-23"},
		{"unknown key", strings.Replace(good, "-- scope", "-- scpoe", 1), "7.sql:5: field scpoe not found in a rule's header"},
		{"unknown key in a case", strings.Replace(good, "--     rows:", "--     rosw:", 1), "7.sql:24: field rosw not found in a rule's case"},
		{"unknown part of a patch", strings.Replace(good, "--   object:", "--   objects:", 1), "7.sql:13: field objects not found in a rule's patch"},
		{"key twice", strings.Replace(good, "-- scope", "-- title: Again\n-- scope", 1), `7.sql:5: mapping key "title" already defined at line 2`},
		{"a list for a word", strings.Replace(good, "-- severity: high", "-- severity: [high]", 1), "7.sql:4: cannot unmarshal !!seq into string"},
		{"broken YAML", strings.Replace(good, "-- severity: high", "-- severity: {high", 1), "7.sql:"},
		{"two headers", strings.Replace(good, "-- aliases", "-- ---\n-- aliases", 1), "7.sql: the header is more than one YAML document"},
		{"id", strings.Replace(good, "ACME-7", "acme 7", 1), `7.sql: id "acme 7": want something like NSA-23`},
		{"severity", strings.Replace(good, "high", "grave", 1), `7.sql: "grave" is not a severity`},
		{"verdict", strings.Replace(good, "-- scope", "-- verdict: maybe\n-- scope", 1), `7.sql: verdict "maybe": want fail, review, info or manual`},
		{"scope", strings.Replace(good, "scope: object", "scope: world", 1), `7.sql: scope "world": want object, namespace or cluster`},
		{"missing", without("title"), "7.sql: ACME-7: missing title"},
		{"missing assets", without("assets"), "7.sql: ACME-7: missing assets"},
		{"missing query", header + "\n", "7.sql: ACME-7: missing a query"},
		{"fix is no template", strings.Replace(good, "{{.name}}\n", "{{.name\n", 1), "7.sql: fix: template: "},
		{"a query of its own and another's", strings.Replace(good, "-- scope", "-- query: NSA-7\n-- scope", 1), "7.sql: query: NSA-7 says that the rule has no query of its own, but one follows"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("7.sql", test.text)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("-- id: A-1\n-- query: B-1\n-- title: t\n-- section: s\n-- severity: low\n")
	f.Add("-- id: &a [*a]\n--\n-- ---\nSELECT 1;;")
	f.Add("--id: A-1\r\n--- x\n-- : :\nSELECT")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse("f.sql", text)
		if err != nil {
			if msg := err.Error(); !strings.HasPrefix(msg, "f.sql:") || strings.Contains(msg, "\n") {
				t.Errorf("error %q", msg)
			}
			return
		}
		if !idPattern.MatchString(r.ID) || r.Title == "" || r.Severity == "" || r.Query == "" && r.Verdict != VerdictManual && (r.SQL == "" || r.Assets == "") {
			t.Errorf("accepted %+v", r)
		}
	})
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

const equal = "-- id: CIS-5.2.2\n-- title: As ACME has it\n-- section: Policies\n-- severity: low\n-- query: ACME-7\n"

func TestLoad(t *testing.T) {
	other := strings.Replace(good, "ACME-7", "ACME-10", 1)
	rules, err := Load(fstest.MapFS{"b/10.sql": file(other), "b/7.sql": file(good), "a/5.sql": file(equal), "README.md": file("x")})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	if diff := gocmp.Diff([]string{"ACME-7", "ACME-10", "CIS-5.2.2"}, ids); diff != "" {
		t.Error(diff)
	}
	acme, cis := rules[0], rules[2]
	if cis.SQL != acme.SQL || cis.Assets != acme.Assets || cis.Fix != acme.Fix || cis.Why != acme.Why || cis.Verdict != acme.Verdict || cis.Scope != acme.Scope || cis.Patch.Empty() {
		t.Errorf("an equal rule has not the body of the other: %+v", cis)
	}
	if cis.Title != "As ACME has it" || cis.SeverityLevel() != posture.Low || cis.Benchmark() != "cis" {
		t.Errorf("an equal rule has not its own name: %+v", cis)
	}
	own := strings.Replace(equal, "-- query", "-- why: Reasons\n-- fix: Other words\n-- query", 1)
	rules, err = Load(fstest.MapFS{"7.sql": file(good), "5.sql": file(own)})
	if err != nil || rules[1].Why != "Reasons" || rules[1].Fix != "Other words" {
		t.Errorf("an equal rule has not its own words: %v", err)
	}
}

func TestLoadErrors(t *testing.T) {
	for name, test := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"one id, two files": {fstest.MapFS{"a.sql": file(good), "b/a.sql": file(good)}, "b/a.sql: id ACME-7 is taken by a.sql"},
		"equal to nothing":  {fstest.MapFS{"5.sql": file(equal)}, "5.sql: query: ACME-7 is not a rule with a query of its own"},
		"equal to an equal": {
			fstest.MapFS{"5.sql": file(equal), "6.sql": file(strings.NewReplacer("CIS-5.2.2", "CIS-6", "ACME-7", "CIS-5.2.2").Replace(equal)), "7.sql": file(good)},
			"6.sql: query: CIS-5.2.2 is not a rule with a query of its own",
		},
		"broken": {fstest.MapFS{"a.sql": file("SELECT 1")}, "a.sql:1: no header"},
	} {
		if _, err := Load(test.files); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

func TestDigest(t *testing.T) {
	load := func(text string) []*Rule {
		rules, err := Load(fstest.MapFS{"7.sql": file(text)})
		if err != nil {
			t.Fatal(err)
		}
		return rules
	}
	if first, second := Digest(load(good)), Digest(load(good)); first != second || len(Digest(nil)) != len("sha256:")+64 {
		t.Error("a digest is not of the text alone")
	}
	if Digest(load(good)) == Digest(load(strings.Replace(good, "Because", "Since", 1))) {
		t.Error("another text has the same digest")
	}
}
