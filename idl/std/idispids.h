// Where projects of the class wizard look for what olectl.h has.

#include "olectl.h"
