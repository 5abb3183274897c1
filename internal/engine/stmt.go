package engine

import (
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// stmt is a compiled statement. It speaks to SQLite itself: the driver's
// statements say neither where an error is nor let results share strings.
type stmt struct {
	c       *conn
	p       uintptr // sqlite3_stmt*
	columns []string
	interns []intern // by column
}

// sqliteError is what SQLite says.
type sqliteError struct {
	code   int // the primary result code
	msg    string
	offset int // in the statement; -1 when unknown
}

func (e *sqliteError) Error() string { return e.msg }

// failed returns SQLite's last error.
func (c *conn) failed(rc int32) *sqliteError {
	return &sqliteError{
		code:   int(rc & 0xff),
		msg:    libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.handle)),
		offset: int(lib.Xsqlite3_error_offset(c.tls, c.handle)),
	}
}

func (c *conn) prepare(query string) (*stmt, error) {
	z, err := libc.CString(query)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, z)
	const size = int(unsafe.Sizeof(uintptr(0)))
	pp := c.tls.Alloc(size)
	defer c.tls.Free(size)
	if rc := lib.Xsqlite3_prepare_v2(c.tls, c.handle, z, int32(len(query)), pp, 0); rc != lib.SQLITE_OK {
		return nil, c.failed(rc)
	}
	s := &stmt{c: c, p: *pointer[uintptr](pp)}
	s.columns = make([]string, lib.Xsqlite3_column_count(c.tls, s.p))
	s.interns = make([]intern, len(s.columns))
	for i := range s.columns {
		s.columns[i] = libc.GoString(lib.Xsqlite3_column_name(c.tls, s.p, int32(i)))
	}
	return s, nil
}

// steps is how many instructions the statement has run.
func (s *stmt) steps() int64 {
	return int64(lib.Xsqlite3_stmt_status(s.c.tls, s.p, lib.SQLITE_STMTSTATUS_VM_STEP, 0))
}

func (s *stmt) close() { lib.Xsqlite3_finalize(s.c.tls, s.p) }

// bind gives the parameters their values: by position, or by name without its
// prefix.
func (s *stmt) bind(args []any) error {
	named := map[string]any{}
	var positional []any
	for i, arg := range args {
		n, isNamed := arg.(sql.NamedArg)
		if isNamed {
			arg = n.Value
		}
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		if isNamed {
			named[n.Name] = v
		}
		positional = append(positional, v)
	}
	for i := range int(lib.Xsqlite3_bind_parameter_count(s.c.tls, s.p)) {
		var v any
		var found bool
		if name := libc.GoString(lib.Xsqlite3_bind_parameter_name(s.c.tls, s.p, int32(i+1))); name != "" && name[0] != '?' {
			if v, found = named[name[1:]]; !found {
				return newError(s.c.text.whole, find(s.c.text.tokens, name[1:]), "no value for parameter %s", name)
			}
		} else if found = i < len(positional); found {
			v = positional[i]
		}
		if !found {
			return newError(s.c.text.whole, -1, "no value for parameter %d", i+1)
		}
		if err := s.bindValue(int32(i+1), v); err != nil {
			return err
		}
	}
	return nil
}

func (s *stmt) bindValue(i int32, v any) error {
	tls, rc := s.c.tls, int32(lib.SQLITE_OK)
	switch v := v.(type) {
	case nil:
	case int64:
		rc = lib.Xsqlite3_bind_int64(tls, s.p, i, v)
	case bool:
		if v {
			rc = lib.Xsqlite3_bind_int64(tls, s.p, i, 1)
		} else {
			rc = lib.Xsqlite3_bind_int64(tls, s.p, i, 0)
		}
	case float64:
		rc = lib.Xsqlite3_bind_double(tls, s.p, i, v)
	case string:
		z, err := libc.CString(v)
		if err != nil {
			return err
		}
		defer libc.Xfree(tls, z)
		rc = lib.Xsqlite3_bind_text(tls, s.p, i, z, int32(len(v)), lib.SQLITE_TRANSIENT)
	default:
		return fmt.Errorf("argument %d: %T is no value of SQL", i, v)
	}
	if rc != lib.SQLITE_OK {
		return s.c.failed(rc)
	}
	return nil
}

// step makes the next row; it returns false behind the last one.
func (s *stmt) step() (bool, error) {
	switch rc := lib.Xsqlite3_step(s.c.tls, s.p); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.failed(rc)
	}
}

// row reads the current row. SQLite takes a lock for each column it is asked
// about, but none for what a value is.
func (s *stmt) row(values []any) {
	tls := s.c.tls
	for i := range values {
		v := lib.Xsqlite3_column_value(tls, s.p, int32(i))
		switch lib.Xsqlite3_value_type(tls, v) {
		case lib.SQLITE_INTEGER:
			values[i] = s.interns[i].integer(lib.Xsqlite3_value_int64(tls, v))
		case lib.SQLITE_FLOAT:
			values[i] = lib.Xsqlite3_value_double(tls, v)
		case lib.SQLITE_TEXT:
			p := lib.Xsqlite3_value_text(tls, v)
			values[i] = s.interns[i].text(memory(p, lib.Xsqlite3_value_bytes(tls, v)))
		case lib.SQLITE_BLOB:
			p := lib.Xsqlite3_value_blob(tls, v)
			values[i] = "X'" + hex.EncodeToString([]byte(memory(p, lib.Xsqlite3_value_bytes(tls, v)))) + "'"
		default:
			values[i] = nil
		}
	}
}

// memory is a string in SQLite's memory: it is gone with the next step.
func memory(p uintptr, n int32) string {
	if p == 0 || n == 0 {
		return ""
	}
	return unsafe.String(pointer[byte](p), int(n))
}

// pointer is an address of SQLite's memory, which does not move, as Go sees
// it.
func pointer[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }
