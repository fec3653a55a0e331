#pragma once

// statfs(2), which Swift's Glibc module leaves out.
#include <sys/statfs.h>

// renameat2(2) and its flags. glibc has had it since 2.28, but declares it only under _GNU_SOURCE, which Swift's Glibc module does
// not define.
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned int flags);

// sync_file_range(2), for the same reason.
int sync_file_range(int file, long offset, long count, unsigned int flags);

// syncfs(2), for the same reason.
int syncfs(int file);

enum {
    zwl_rename_noreplace = 1 << 0,
    zwl_rename_exchange = 1 << 1,
    zwl_sync_file_range_write = 1 << 1,
};
