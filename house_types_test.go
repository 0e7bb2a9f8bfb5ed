package mailposture_test

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// pkg is a package whose own names are resolved. Nothing is imported: the
// rules ask whose name an identifier is, and for that the file's import list
// is enough. So there is no build, and code that does not compile is judged too.
type pkg struct {
	dir   string
	files []source
	info  *types.Info
	scope *types.Scope // nil if nothing could be resolved
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }

func packages(files []source) []pkg {
	byDir := make(map[string][]source)
	var dirs []string
	for _, s := range files {
		if byDir[s.dir()] == nil {
			dirs = append(dirs, s.dir())
		}
		byDir[s.dir()] = append(byDir[s.dir()], s)
	}
	var all []pkg
	for _, dir := range dirs {
		p := pkg{dir: dir, files: byDir[dir], info: &types.Info{Uses: make(map[*ast.Ident]types.Object)}}
		var parsed []*ast.File
		for _, s := range p.files {
			parsed = append(parsed, s.ast)
		}
		// The errors are those of the imports that are missing on purpose.
		config := types.Config{Importer: noImports{}, Error: func(error) {}}
		checked, _ := config.Check(dir, p.files[0].FileSet, parsed, p.info)
		if checked != nil {
			p.scope = checked.Scope()
		}
		all = append(all, p)
	}
	return all
}

// qualified splits an expression like time.Now into the import path and the
// name; path is "" for anything else, a field of a local variable called time
// among it.
func (p pkg) qualified(n ast.Node) (path, name string) {
	selector, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	left, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	imported, ok := p.info.Uses[left].(*types.PkgName)
	if !ok {
		return "", ""
	}
	return imported.Imported().Path(), selector.Sel.Name
}

// uses complains about every use of the listed names, by import path; "*"
// stands for every name of a package. A dot import hides such a use, so it is
// one. The format takes the arguments and then what was used.
func (p pkg) uses(banned map[string][]string, format string, args ...any) []string {
	var found []string
	for _, s := range p.files {
		complain := func(pos token.Pos, what string) {
			found = append(found, s.at(pos, format, append(slices.Clone(args), any(what))...))
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ImportSpec); ok && spec.Name != nil && spec.Name.Name == "." {
				complain(spec.Pos(), "dot import")
			}
			if path, name := p.qualified(n); path != "" {
				if slices.Contains(banned[path], name) || slices.Contains(banned[path], "*") {
					complain(n.Pos(), path+"."+name)
				}
			}
			return true
		})
	}
	return found
}

// global reports whether an expression names a package's variable, or a part of
// one: v, v.f, v[i], *v, other.V.
func (p pkg) global(e ast.Expr) (name string, ok bool) {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			v, isVar := p.info.Uses[x].(*types.Var)
			return x.Name, isVar && p.scope != nil && v.Parent() == p.scope
		case *ast.SelectorExpr:
			if path, name := p.qualified(x); path != "" {
				return path + "." + name, true
			}
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return "", false
		}
	}
}

// builtin reports whether a call is of the language's own function.
func (p pkg) builtin(call *ast.CallExpr, names ...string) bool {
	id, ok := call.Fun.(*ast.Ident)
	if !ok {
		return false
	}
	_, isBuiltin := p.info.Uses[id].(*types.Builtin)
	return isBuiltin && slices.Contains(names, id.Name)
}
