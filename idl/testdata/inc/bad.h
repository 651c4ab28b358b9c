typedef long FROM_BAD
typedef lonng WRONG;
