package tables

// ParameterInfo is a parameter of a rule, as a row of kspm_parameters. Values
// are as Parameter texts: nil without one.
type ParameterInfo struct {
	Rule, Name, Type, Doc string
	Value, Default        *string
	// Set is true where a configuration file has the value from.
	Set bool
}

// VirtualParameters are known by whoever knows the rules.
const VirtualParameters Virtual = "parameters"

// Parameters as a resource.
var Parameters = virtual[ParameterInfo](VirtualParameters, "kspm.io", "v1", "parameters", "Parameter", "")

type parameterRow struct {
	*Object
	info *ParameterInfo
}

// KspmParameters has one row per parameter of every rule.
var KspmParameters = define(spec[parameterRow]{
	Name: "kspm_parameters",
	Row:  "parameter of a rule",
	Doc: `What rules can be told in kspm.yaml: an allow list, a number of days. A rule
reads its own here, so that it is plain SQL. Every value is text: a list is a
JSON array (json_each), a number its digits, a boolean 1 or 0.`,
	Examples: []string{
		"SELECT rule, name, type, default_value, doc FROM kspm_parameters",
		"SELECT rule, name, value FROM kspm_parameters WHERE is_set",
		"SELECT v.value AS registry FROM kspm_parameters p, json_each(p.value) v WHERE p.rule = 'NSA-04' AND p.name = 'allowed_registries'",
	},
	Columns: [][]column[parameterRow]{{
		text("rule", "id of the rule that declares it", func(r parameterRow) Value { return Str(r.info.Rule) }).key(),
		text("name", "name", func(r parameterRow) Value { return Str(r.info.Name) }).key(),
		text("type", "list, text, integer or boolean", func(r parameterRow) Value { return Str(r.info.Type) }),
		text("value", "value in force: what is set, else the default; NULL without either", func(r parameterRow) Value { return StrPtr(r.info.Value) }),
		integer("is_set", "1 when a configuration file sets it", func(r parameterRow) Value { return Bool(r.info.Set) }),
		text("default_value", "value where nothing is set; NULL without one", func(r parameterRow) Value { return StrPtr(r.info.Default) }),
		text("doc", "what it does", func(r parameterRow) Value { return Str(r.info.Doc) }),
	}},
	Sources: []source[parameterRow]{fromRecord(Parameters, func(o *Object, v *ParameterInfo, emit func(parameterRow)) { emit(parameterRow{o, v}) })},
})
