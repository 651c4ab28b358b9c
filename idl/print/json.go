package print

import (
	"encoding/json"
	"io"
	"strconv"

	"oxid/idl/tree"
)

// JSON writes f as one JSON object, indented. Names refer to other
// declarations; numbers that may exceed 53 bits are strings.
func JSON(w io.Writer, f *tree.File) error {
	j := jsonFile{Path: f.Path, Doc: f.Doc}
	for _, im := range f.Imports {
		j.Imports = append(j.Imports, im.Name)
	}
	e := jsonEncoder{file: f, p: printer{file: f, inner: map[any]bool{}, done: map[any]bool{}}}
	e.p.collect()
	j.Decls = e.decls(f.Decls)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(j)
}

// jsonFile is the object for a file.
type jsonFile struct {
	Path    string      `json:"path"`
	Doc     string      `json:"doc,omitempty"`
	Imports []string    `json:"imports,omitempty"`
	Decls   []*jsonDecl `json:"decls"`
}

// jsonDecl is any declaration; Kind tells which members are set.
type jsonDecl struct {
	Kind  string   `json:"kind"`
	Name  string   `json:"name,omitempty"`
	Line  int      `json:"line,omitempty"`
	Doc   string   `json:"doc,omitempty"`
	Help  string   `json:"help,omitempty"`
	Attrs []string `json:"attrs,omitempty"`

	UUID    string `json:"uuid,omitempty"`
	Version string `json:"version,omitempty"`

	Base           string        `json:"base,omitempty"`
	Object         bool          `json:"object,omitempty"`
	Local          bool          `json:"local,omitempty"`
	Dual           bool          `json:"dual,omitempty"`
	WinRT          bool          `json:"winrt,omitempty"`
	PointerDefault string        `json:"pointerDefault,omitempty"`
	Endpoints      []string      `json:"endpoints,omitempty"`
	NumOps         int           `json:"numOps,omitempty"`
	Methods        []*jsonMethod `json:"methods,omitempty"`
	Callbacks      []*jsonMethod `json:"callbacks,omitempty"`
	Async          string        `json:"async,omitempty"`

	Type    *jsonType     `json:"type,omitempty"`
	Value   string        `json:"value,omitempty"`
	Fields  []*jsonField  `json:"fields,omitempty"`
	Props   []*jsonField  `json:"properties,omitempty"`
	Members []*jsonMember `json:"members,omitempty"`
	V1Enum  bool          `json:"v1Enum,omitempty"`
	Switch  *jsonType     `json:"switch,omitempty"`
	NDR20   *jsonLayout   `json:"ndr20,omitempty"`
	NDR64   *jsonLayout   `json:"ndr64,omitempty"`
	Xmit    *jsonType     `json:"transmittedAs,omitempty"`

	Interfaces []*jsonClassIface `json:"interfaces,omitempty"`
	Decls      []*jsonDecl       `json:"decls,omitempty"`
	Text       string            `json:"text,omitempty"`
}

// jsonMethod is a method. Op is left out when calls do not travel, Slot when it
// has none.
type jsonMethod struct {
	Name    string       `json:"name"`
	Doc     string       `json:"doc,omitempty"`
	Help    string       `json:"help,omitempty"`
	Attrs   []string     `json:"attrs,omitempty"`
	Op      *int         `json:"op,omitempty"`
	Slot    *int         `json:"slot,omitempty"`
	ID      *int32       `json:"id,omitempty"`
	CallAs  string       `json:"callAs,omitempty"`
	Remote  string       `json:"sentAs,omitempty"`
	Returns *jsonType    `json:"returns"`
	Params  []*jsonField `json:"params,omitempty"`
	Problem string       `json:"problem,omitempty"`
}

// jsonField is a parameter, a field, an arm of a union or a property.
type jsonField struct {
	Name    string    `json:"name,omitempty"`
	Doc     string    `json:"doc,omitempty"`
	Attrs   []string  `json:"attrs,omitempty"`
	In      bool      `json:"in,omitempty"`
	Out     bool      `json:"out,omitempty"`
	Retval  bool      `json:"retval,omitempty"`
	Cases   []string  `json:"cases,omitempty"`
	Default bool      `json:"default,omitempty"`
	Bits    *int      `json:"bits,omitempty"`
	Range   []int64   `json:"range,omitempty"`
	Type    *jsonType `json:"type,omitempty"`
}

// jsonMember is a member of an enum.
type jsonMember struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
	Doc   string `json:"doc,omitempty"`
}

// jsonClassIface is a line of a coclass.
type jsonClassIface struct {
	Name    string `json:"name"`
	Default bool   `json:"default,omitempty"`
	Source  bool   `json:"source,omitempty"`
}

// jsonLayout is a size in octets, -1 when it depends on the value, and an alignment.
type jsonLayout struct {
	Size  int64 `json:"size"`
	Align int64 `json:"align"`
}

// jsonType is an effective type.
type jsonType struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name,omitempty"`
	File     string    `json:"file,omitempty"`
	Pointer  string    `json:"pointer,omitempty"`
	Const    bool      `json:"const,omitempty"`
	Alias    string    `json:"alias,omitempty"`
	Elem     *jsonType `json:"elem,omitempty"`
	Dims     []jsonDim `json:"dims,omitempty"`
	String   bool      `json:"string,omitempty"`
	IIDIs    string    `json:"iidIs,omitempty"`
	SwitchIs string    `json:"switchIs,omitempty"`
	Switch   *jsonType `json:"switch,omitempty"`
	Body     *jsonDecl `json:"body,omitempty"`
}

// jsonDim is a dimension; without Fixed its size is told by SizeIs or by the string.
type jsonDim struct {
	Fixed    *int64 `json:"fixed,omitempty"`
	SizeIs   string `json:"sizeIs,omitempty"`
	FirstIs  string `json:"firstIs,omitempty"`
	LengthIs string `json:"lengthIs,omitempty"`
}

// jsonEncoder builds the objects above.
type jsonEncoder struct {
	file *tree.File
	p    printer // knows which bodies were written
}

// decls encodes a list of declarations; an empty one is [] and not null.
func (e *jsonEncoder) decls(ds []tree.Decl) []*jsonDecl {
	out := []*jsonDecl{}
	for _, d := range ds {
		out = append(out, e.decl(d))
	}
	return out
}

// head starts a declaration.
func (e *jsonEncoder) head(kind string, h *tree.Head) *jsonDecl {
	line, _ := h.Pos.LineCol()
	return &jsonDecl{Kind: kind, Name: h.Name, Line: line, Doc: h.Doc, Help: h.Help, Attrs: e.attrs(h.Attrs)}
}

// attrs writes attributes as IDL does, those left out that are told elsewhere.
func (e *jsonEncoder) attrs(as tree.Attrs) []string {
	var out []string
	for _, a := range as {
		if s := e.p.attr(a); s != "" { // others are folded into types
			out = append(out, s)
		}
	}
	return out
}

// layout returns what is known of a type's size under both transfer syntaxes.
func layout(t tree.Type) (*jsonLayout, *jsonLayout) {
	a, b := t.Wire(tree.NDR20), t.Wire(tree.NDR64)
	return &jsonLayout{a.Size, a.Align}, &jsonLayout{b.Size, b.Align}
}

// uuid returns an id, or "" so that the member is left out.
func uuid(has bool, s string) string {
	if !has {
		return ""
	}
	return s
}

// version writes a version, and "" for 0.0, which is none.
func version(v tree.Version) string {
	if v == (tree.Version{}) {
		return ""
	}
	return strconv.Itoa(int(v.Major)) + "." + strconv.Itoa(int(v.Minor))
}
