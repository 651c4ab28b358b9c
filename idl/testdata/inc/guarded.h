#ifndef GUARDED_H
#define GUARDED_H
#define GUARDED 7
typedef long FROM_HEADER;
#endif
