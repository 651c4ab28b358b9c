#pragma once
typedef short ONCE;
