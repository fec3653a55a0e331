#pragma once
// The libfuse API this project is written against. _FILE_OFFSET_BITS is left alone: defining it here gives `flock` another
// definition than the Glibc module has, and 64-bit Linux needs none.
#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
