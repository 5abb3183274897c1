package osquery

import (
	"context"
	"fmt"
	"strconv"

	osquerygo "github.com/osquery/osquery-go"
	"github.com/osquery/osquery-go/gen/osquery"
	"github.com/osquery/osquery-go/plugin/table"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// plugin is a declared table as an osquery plugin. It is not osquery-go's own
// one since that leaves out which columns are used.
type plugin struct {
	*tables.Table
	snapshots *snapshots
	log       func(format string, args ...any)
}

var _ osquerygo.OsqueryPlugin = (*plugin)(nil)

// Name implements OsqueryPlugin.
func (p *plugin) Name() string { return p.Table.Name }

// RegistryName implements OsqueryPlugin.
func (p *plugin) RegistryName() string { return "table" }

// Routes implements OsqueryPlugin: they are the columns.
func (p *plugin) Routes() osquery.ExtensionPluginResponse {
	routes := make(osquery.ExtensionPluginResponse, 0, len(p.Columns))
	for _, c := range definitions(p.Table) {
		routes = append(routes, map[string]string{
			"id": "column", "name": c.Name, "type": string(c.Type), "op": strconv.Itoa(int(c.Options())),
		})
	}
	return routes
}

// definitions are a table's columns as osquery declares them. Keys are
// ADDITIONAL, so that osquery passes on what they are compared with. The
// others are OPTIMIZED, which means nothing there: a column without options
// would become an index, and SQLite would call once for every row that it
// joins with.
func definitions(t *tables.Table) []table.ColumnDefinition {
	types := map[tables.Type]table.ColumnType{
		tables.TypeText: table.ColumnTypeText, tables.TypeJSON: table.ColumnTypeText,
		tables.TypeInteger: table.ColumnTypeBigInt, tables.TypeReal: table.ColumnTypeDouble,
	}
	var out []table.ColumnDefinition
	for _, c := range t.Columns {
		out = append(out, table.ColumnDefinition{
			Name: c.Name, Type: types[c.Type], Description: c.Doc,
			Additional: c.Key, Optimized: !c.Key, Hidden: c.Hidden,
		})
	}
	return out
}

// Ping implements OsqueryPlugin.
func (p *plugin) Ping() osquery.ExtensionStatus { return ok }

// Shutdown implements OsqueryPlugin.
func (p *plugin) Shutdown() {}

var ok = osquery.ExtensionStatus{Code: 0, Message: "OK"}

// Call implements OsqueryPlugin. What cannot be read is no rows and no error:
// osquery either takes an error for no rows as well, or ends the query, and
// with it the row that would have told of it. k8s_permissions tells.
func (p *plugin) Call(ctx context.Context, req osquery.ExtensionPluginRequest) (res osquery.ExtensionResponse) {
	defer func() {
		if r := recover(); r != nil {
			p.log("table %s: internal error: %v", p.Table.Name, r)
			res = failed(fmt.Errorf("internal error: %v", r))
		}
	}()
	switch req["action"] {
	case "columns":
		return osquery.ExtensionResponse{Status: &ok, Response: p.Routes()}
	case "generate":
	default:
		return failed(fmt.Errorf("unknown action %q", req["action"]))
	}
	r, err := parseRequest(p.Table, req["context"])
	if err != nil {
		p.log("%v", err)
		return failed(err)
	}
	loaded, err := p.snapshots.rows(ctx, p.Table, r.columns)
	if err != nil {
		p.log("%v", err)
		return osquery.ExtensionResponse{Status: &ok, Response: osquery.ExtensionPluginResponse{}}
	}
	return osquery.ExtensionResponse{Status: &ok, Response: answer(p.Table, loaded, r)}
}

func failed(err error) osquery.ExtensionResponse {
	return osquery.ExtensionResponse{Status: &osquery.ExtensionStatus{Code: 1, Message: err.Error()}, Response: osquery.ExtensionPluginResponse{}}
}
