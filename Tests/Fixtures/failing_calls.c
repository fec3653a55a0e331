// A library for LD_PRELOAD that lets one system call of a program fail, of those on files below a folder.
//
// FAIL_CALL     which: openat, read, write, fstat, getdents, fsync, rename, mkdir
// FAIL_NUMBER   the how manyth of them, from 1 on; 0: none
// FAIL_ERROR    the errno; 0: it does a part of what it was asked to
// FAIL_BELOW    the folder
// FAIL_COUNT    a file that gets a byte for each such call
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_int seen;
static int counter = -1;

// At once: programs that confine themselves cannot open it later.
__attribute__((constructor)) static void open_counter(void) {
    const char *file = getenv("FAIL_COUNT");
    if (file != NULL) counter = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

// Whether the file at `path` relative to `directory`, or `directory` itself, is one that is meant.
static int is_below(int directory, const char *path) {
    const char *below = getenv("FAIL_BELOW");
    if (below == NULL) return 0;
    char name[4096] = "";
    if (path != NULL && path[0] == '/') {
        snprintf(name, sizeof name, "%s", path);
    } else if (directory >= 0) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        ssize_t count = syscall(SYS_readlinkat, AT_FDCWD, link, name, sizeof name - 1);
        if (count < 0) return 0;
        name[count] = 0;
    }
    return strncmp(name, below, strlen(below)) == 0;
}

// Whether this call is the one that fails; `errno` is then set, or 0 if it is to do a part.
static int fails(const char *call, int directory, const char *path) {
    const char *chosen = getenv("FAIL_CALL");
    if (chosen == NULL || strcmp(chosen, call) != 0) return 0;
    int kept = errno;
    int meant = is_below(directory, path);
    errno = kept;
    if (!meant) return 0;
    if (counter >= 0) syscall(SYS_write, counter, ".", 1L);
    errno = kept;
    if (atomic_fetch_add(&seen, 1) + 1 != atoi(getenv("FAIL_NUMBER") ? getenv("FAIL_NUMBER") : "0")) return 0;
    errno = atoi(getenv("FAIL_ERROR") ? getenv("FAIL_ERROR") : "5");
    return 1;
}

static int has_mode(int flags) { return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE; }

#define OPENAT(name)                                                                                                   \
    int name(int directory, const char *path, int flags, ...) {                                                       \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;                                                 \
        va_end(arguments);                                                                                             \
        return fails("openat", directory, path) ? -1 : NEXT(name)(directory, path, flags, mode);                       \
    }
OPENAT(openat)
OPENAT(openat64)

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                      \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;                                                 \
        va_end(arguments);                                                                                             \
        return fails("openat", -1, path) ? -1 : NEXT(name)(path, flags, mode);                                         \
    }
OPEN(open)
OPEN(open64)

// What glibc has no function for.
long syscall(long number, ...) {
    va_list arguments;
    va_start(arguments, number);
    long a[6];
    for (int index = 0; index < 6; index++) a[index] = va_arg(arguments, long);
    va_end(arguments);
    static long (*next)(long, ...);
    if (next == NULL) next = NEXT(syscall);
    if (number == SYS_openat2 && fails("openat", (int)a[0], (const char *)a[1])) return -1;
    if (number == SYS_renameat2 && fails("rename", (int)a[0], (const char *)a[1])) return -1;
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// How many bytes are read or written if it is a part.
static size_t part(size_t count) { return count > 1 ? count / 2 : count; }

ssize_t read(int file, void *bytes, size_t count) {
    if (fails("read", file, NULL)) {
        if (errno != 0) return -1;
        count = part(count);
    }
    return NEXT(read)(file, bytes, count);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
    if (fails("read", file, NULL)) {
        if (errno != 0) return -1;
        count = part(count);
    }
    return NEXT(pread)(file, bytes, count, offset);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
    if (fails("read", file, NULL)) {
        if (errno != 0) return -1;
        count = part(count);
    }
    return NEXT(pread64)(file, bytes, count, offset);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (fails("write", file, NULL)) {
        if (errno != 0) return -1;
        count = part(count);
    }
    return NEXT(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    if (fails("write", file, NULL)) {
        if (errno != 0) return -1;
        count = part(count);
    }
    return NEXT(pwrite)(file, bytes, count, offset);
}

int fstat(int file, struct stat *status) {
    return fails("fstat", file, NULL) ? -1 : NEXT(fstat)(file, status);
}

int fstatat(int directory, const char *path, struct stat *status, int flags) {
    return fails("fstat", directory, path) ? -1 : NEXT(fstatat)(directory, path, status, flags);
}

struct dirent *readdir(DIR *folder) {
    return fails("getdents", dirfd(folder), NULL) ? NULL : NEXT(readdir)(folder);
}

struct dirent64 *readdir64(DIR *folder) {
    return fails("getdents", dirfd(folder), NULL) ? NULL : NEXT(readdir64)(folder);
}

int fsync(int file) { return fails("fsync", file, NULL) ? -1 : NEXT(fsync)(file); }
int fdatasync(int file) { return fails("fsync", file, NULL) ? -1 : NEXT(fdatasync)(file); }
int syncfs(int file) { return fails("fsync", file, NULL) ? -1 : NEXT(syncfs)(file); }

int rename(const char *from, const char *to) { return fails("rename", -1, from) ? -1 : NEXT(rename)(from, to); }

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    return fails("rename", from_directory, from) ? -1 : NEXT(renameat)(from_directory, from, to_directory, to);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned int flags) {
    return fails("rename", from_directory, from) ? -1
                                                 : NEXT(renameat2)(from_directory, from, to_directory, to, flags);
}

int mkdir(const char *path, mode_t mode) { return fails("mkdir", -1, path) ? -1 : NEXT(mkdir)(path, mode); }

int mkdirat(int directory, const char *path, mode_t mode) {
    return fails("mkdir", directory, path) ? -1 : NEXT(mkdirat)(directory, path, mode);
}
