package tables

import (
	"encoding/json"
	"fmt"
	"testing"
)

// Plain maps become what they would become without the shortcut.
func TestJSONOfMaps(t *testing.T) {
	for _, s := range []string{"", "a", "a/b.c-d_e", "~", " ", "é", `"`, `\\`, "<", ">", "&", "'", "\t", "\n", "\x00", "\x7f", "\u2028", "\u202e", "\xff"} {
		for n := range 20 {
			m := map[string]string{"k" + s: s, s: "v"}
			for i := range n {
				m[fmt.Sprintf("key-%d", i*7%11)] = fmt.Sprint(i)
			}
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := JSON(m).Text(), cleanJSON(string(data)); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
}
