package mailposture_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// printing is what writes where only cmd may. log counts whole: its standard
// logger is a global that writes to stderr.
func printing() map[string][]string {
	return map[string][]string{
		"fmt":      {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
		"log":      {"*"},
		"log/slog": {"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext", "Log", "LogAttrs", "Default", "SetDefault"},
		"os":       {"Stdin", "Stdout", "Stderr", "Exit"},
	}
}

// keepers are types whose only use in a package variable is to change.
// sync.OnceValue and its like are functions: the variable they fill never does.
func keepers() map[string][]string {
	return map[string][]string{
		"sync":        {"Mutex", "RWMutex", "Once", "Map", "WaitGroup", "Cond"},
		"sync/atomic": {"*"},
	}
}

func codeRules() []rule {
	const header = "// Package x is x.\npackage x\n"
	return []rule{
		{
			name: "no init", convict: convictInit,
			innocent: map[string]string{"x/x.go": header + "type t struct{}\nfunc (t) init() {}\n"},
			guilty: []map[string]string{
				{"x/x.go": header + "func init() {}\n"},
				{"cmd/mailposture/x.go": header + "func init() {}\n"},
			},
		},
		{
			name: "no globals that change", convict: convictGlobals,
			innocent: map[string]string{
				"x/x.go": header + "import \"sync\"\nvar once = sync.OnceValue(func() int { return 1 })\nvar table = map[string]int{}\nvar _ = table\n",
				"x/y.go": header + "func f(table []int) int { table[0] = once(); once := 2; once++; return once }\n",
				"x/z.go": header + "type t struct{ table int }\nfunc (v *t) set() { v.table = 1; g := table; _ = g }\n",
			},
			guilty: []map[string]string{
				{"x/x.go": header + "var v int\nfunc f() { v = 1 }\n"},
				{"x/x.go": header + "var v int\n", "x/y.go": header + "func f() { v = 1 }\n"}, // from another file
				{"x/x.go": header + "var v int\nfunc f() { v++ }\n"},
				{"x/x.go": header + "var v int\nfunc f() { func() { v += 2 }() }\n"},
				{"x/x.go": header + "var v map[string]int\nfunc f() { v[\"a\"] = 1 }\n"},
				{"x/x.go": header + "var v map[string]int\nfunc f() { delete(v, \"a\") }\n"},
				{"x/x.go": header + "var v []int\nfunc f() { copy(v[1:], []int{1}) }\n"},
				{"x/x.go": header + "var v struct{ a []int }\nfunc f() { v.a[0] = 1 }\n"},
				{"x/x.go": header + "var v *int\nfunc f() { *v = 1 }\n"},
				{"x/x.go": header + "var v int\nfunc f() { for v = range 3 { _ = v } }\n"},
				{"x/x.go": header + "import \"net/http\"\nfunc f() { http.DefaultClient = nil }\n"},
				{"x/x.go": header + "import \"sync\"\nvar mu sync.Mutex\n"},
				{"x/x.go": header + "import \"sync/atomic\"\nvar n = new(atomic.Int64)\n"},
				{"x/x.go": header + "var queue = make(chan int)\n"},
			},
		},
		{
			name: "exported names have a comment", convict: convictComments,
			innocent: map[string]string{
				"x/doc.go": header,
				"x/x.go": "package x\n// T is t.\ntype T struct{ A int }\n// F is f.\nfunc (T) F() {}\n// The consts.\nconst (\nA = 1\nB = 2\n)\n" +
					"type t int\nfunc (t) Error() string { return \"\" }\nvar V = 1 // V is v\n",
			},
			guilty: []map[string]string{
				{"x/x.go": "package x\n"}, // no package comment
				{"x/x.go": header + "func F() {}\n"},
				{"x/x.go": header + "type T int\n"},
				{"x/x.go": header + "// T is t.\ntype T int\nfunc (*T) M() {}\n"},
				{"x/x.go": header + "// T is t.\ntype T[K any] struct{}\nfunc (T[K]) M() {}\n"},
				{"x/x.go": header + "const (\nA = 1\n)\n"},
				{"x/x.go": header + "var V = 1\n"},
			},
		},
		{
			name: "only cmd prints", convict: convictPrinting,
			innocent: map[string]string{
				"cmd/mailposture/main.go": header + "import (\n\"fmt\"\n\"os\"\n)\nfunc f() { fmt.Fprintln(os.Stdout) }\n",
				"x/x.go":                  header + "import (\n\"fmt\"\n\"io\"\n)\nfunc f(w io.Writer) { fmt.Fprintln(w); println := 1; _ = println }\n",
			},
			guilty: []map[string]string{
				{"x/x.go": header + "import \"fmt\"\nfunc f() { fmt.Println() }\n"},
				{"x/x.go": header + "import f \"fmt\"\nvar p = f.Printf\n"},
				{"x/x.go": header + "import \"log\"\nfunc f() { log.Fatal() }\n"},
				{"x/x.go": header + "import \"log/slog\"\nfunc f() { slog.Info(\"\") }\n"},
				{"scanner/x.go": header + "import \"os\"\nvar w = os.Stderr\n"},
				{"x/x.go": header + "func f() { println() }\n"},
			},
		},
	}
}

func convictInit(tree []source) []string {
	var found []string
	for _, s := range shipped(tree) {
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				found = append(found, s.at(f.Pos(), "func init: importing a package does nothing"))
			}
		}
	}
	return found
}

// convictGlobals is an approximation: it does not follow pointers to a global.
func convictGlobals(tree []source) []string {
	var found []string
	for _, p := range packages(shipped(tree)) {
		for _, s := range p.files {
			ast.Inspect(s.ast, func(n ast.Node) bool {
				for _, target := range p.changes(n) {
					if name, ok := p.global(target); ok {
						found = append(found, s.at(n.Pos(), "%s is a package variable and must not change", name))
					}
				}
				return true
			})
			found = append(found, p.keeps(s)...)
		}
	}
	return found
}

// changes lists what a statement or a call writes to.
func (p pkg) changes(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return slices.DeleteFunc([]ast.Expr{n.Key, n.Value}, func(e ast.Expr) bool { return e == nil })
		}
	case *ast.CallExpr:
		if p.builtin(n, "delete", "clear", "copy") && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// keeps complains about package variables of a type that is there to change.
func (p pkg) keeps(s source) []string {
	var found []string
	for _, spec := range specs(s, token.VAR) {
		ast.Inspect(spec, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false // what happens inside is no variable of the package
			}
			path, name := p.qualified(n)
			_, isChan := n.(*ast.ChanType)
			if isChan || path != "" && (slices.Contains(keepers()[path], name) || slices.Contains(keepers()[path], "*")) {
				found = append(found, s.at(n.Pos(), "a package variable that is there to change"))
			}
			return true
		})
	}
	return found
}

func specs(s source, tok token.Token) []ast.Spec {
	var all []ast.Spec
	for _, d := range s.ast.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == tok {
			all = append(all, g.Specs...)
		}
	}
	return all
}

func convictPrinting(tree []source) []string {
	var found []string
	for _, p := range packages(shipped(tree)) {
		if strings.HasPrefix(p.dir, "cmd/") {
			continue
		}
		found = append(found, p.uses(printing(), "only cmd prints and reads: no %s")...)
		for _, s := range p.files {
			ast.Inspect(s.ast, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && p.builtin(call, "print", "println") {
					found = append(found, s.at(n.Pos(), "only cmd prints"))
				}
				return true
			})
		}
	}
	return found
}

func convictComments(tree []source) []string {
	var found []string
	documented := make(map[string]bool)
	for _, s := range shipped(tree) {
		documented[s.dir()] = documented[s.dir()] || s.ast.Doc != nil
		for _, d := range s.ast.Decls {
			for _, name := range uncommented(d) {
				found = append(found, s.at(d.Pos(), "%s is exported and has no comment", name))
			}
		}
	}
	for _, s := range shipped(tree) {
		if !documented[s.dir()] {
			documented[s.dir()] = true
			found = append(found, s.at(s.ast.Package, "package %s has no comment", s.ast.Name.Name))
		}
	}
	return found
}

// uncommented lists the exported names that a declaration leaves without a
// comment. A comment on a group of constants or variables is enough for each.
func uncommented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d))) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && spec.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
					names = append(names, spec.Name.Name)
				}
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					if id.IsExported() && spec.Doc == nil && spec.Comment == nil && d.Doc == nil {
						names = append(names, id.Name)
					}
				}
			}
		}
		return names
	}
	return nil
}

// receiver is the name of a method's type.
func receiver(f *ast.FuncDecl) string {
	e := f.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
