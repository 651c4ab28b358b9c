package automation

import "oxid/com"

var iidITypeInfo = com.MustGUID("00020401-0000-0000-c000-000000000046")

// TypeInfoDesc describes ITypeInfo as the package that has its methods does.
// That package may be linked in or not, so it is looked up at every call.
func TypeInfoDesc() *com.Desc { return com.DescFor(&iidITypeInfo, nil) }
