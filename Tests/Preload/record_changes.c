// Loaded into a program by LD_PRELOAD: records the system calls by which the program changes files below $RECORD_ROOT, and what it
// writes to its standard output, in the order in which they took effect, in the file $RECORD_FILE. $RECORD_FILE_SYSTEM, a number, is
// what statfs(2) then reports as the type of every file system.
//
// A record is a kind (one byte), an offset (8 bytes), the lengths of two strings (4 bytes each), all little-endian, and the two strings.
// The first is an absolute path. See RecordedChange.swift for the kinds.
//
// What this leaves out would show: the test compares what the records make with what is on the disk.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Held while a call is made and recorded, so that records have the order of the calls. Recursive, since one call may be made of others.
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static int records = -1;
static const char *root;
static size_t root_length;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static long raw(long number, long a, long b, long c, long d, long e, long f) {
    static long (*real_syscall)(long, ...);
    if (!real_syscall) real_syscall = (long (*)(long, ...))real("syscall");
    return real_syscall(number, a, b, c, d, e, f);
}

__attribute__((constructor)) static void start(void) {
    root = getenv("RECORD_ROOT");
    const char *file = getenv("RECORD_FILE");
    if (!root || !file) return;
    root_length = strlen(root);
    records = (int)raw(SYS_openat, AT_FDCWD, (long)file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600, 0, 0);
}

static int is_inside(const char *path) {
    return records >= 0 && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static void put(const void *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        long written = raw(SYS_write, records, (long)bytes + (long)done, (long)(count - done), 0, 0, 0);
        // A record that is missing must not go unnoticed.
        if (written <= 0) abort();
        done += (size_t)written;
    }
}

static void record(char kind, const char *path, uint64_t offset, const void *data, size_t count) {
    int code = errno;
    uint32_t lengths[2] = {(uint32_t)strlen(path), (uint32_t)count};
    put(&kind, 1);
    put(&offset, sizeof offset);
    put(lengths, sizeof lengths);
    put(path, lengths[0]);
    put(data, lengths[1]);
    errno = code;
}

// The absolute path of what is open at `file`; empty if it has none.
static void path_of_file(int file, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, path, PATH_MAX - 1);
    path[count > 0 ? count : 0] = 0;
}

// The absolute path of `name` in the folder that is open at `folder`.
static void path_of_name(int folder, const char *name, char path[PATH_MAX]) {
    char above[PATH_MAX];
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return;
    }
    if (folder != AT_FDCWD)
        path_of_file(folder, above);
    else if (!getcwd(above, sizeof above))
        above[0] = 0;
    if (snprintf(path, PATH_MAX, "%s/%s", above, name) >= PATH_MAX) abort();
}

// Opening: C is a file that was made, T one that was cut to `offset` bytes.

static int exists(int folder, const char *name) {
    struct stat status;
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void note_opened(int file, int flags, int existed) {
    char path[PATH_MAX];
    if (file < 0 || records < 0) return;
    int code = errno;
    path_of_file(file, path);
    if (is_inside(path)) {
        if (!existed)
            record('C', path, 0, "", 0);
        else if (flags & O_TRUNC)
            record('T', path, 0, "", 0);
    }
    errno = code;
}

static int open_and_note(int folder, const char *name, int flags, mode_t mode) {
    pthread_mutex_lock(&lock);
    int existed = !(flags & O_CREAT) || exists(folder, name);
    int file = (int)raw(SYS_openat, folder, (long)name, flags, mode, 0, 0);
    note_opened(file, flags, existed);
    pthread_mutex_unlock(&lock);
    return file;
}

#define MODE(flags)                                                                                                    \
    mode_t mode = 0;                                                                                                   \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                                           \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }

int open(const char *name, int flags, ...) {
    MODE(flags)
    return open_and_note(AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) {
    MODE(flags)
    return open_and_note(AT_FDCWD, name, flags, mode);
}

int openat(int folder, const char *name, int flags, ...) {
    MODE(flags)
    return open_and_note(folder, name, flags, mode);
}

int openat64(int folder, const char *name, int flags, ...) {
    MODE(flags)
    return open_and_note(folder, name, flags, mode);
}

long syscall(long number, ...) {
    long a[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    if (number != SYS_openat2) return raw(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    const struct open_how *how = (const struct open_how *)a[2];
    pthread_mutex_lock(&lock);
    int existed = !(how->flags & O_CREAT) || exists((int)a[0], (const char *)a[1]);
    long file = raw(number, a[0], a[1], a[2], a[3], 0, 0);
    note_opened((int)file, (int)how->flags, existed);
    pthread_mutex_unlock(&lock);
    return file;
}

// Writing: W are bytes at `offset` of a file, P is what was written to standard output.

static void note_written(int file, off_t offset, const void *bytes, ssize_t count) {
    char path[PATH_MAX];
    if (count <= 0 || records < 0 || file == records) return;
    int code = errno;
    if (file == STDOUT_FILENO) {
        record('P', "", 0, bytes, (size_t)count);
    } else {
        path_of_file(file, path);
        if (is_inside(path)) record('W', path, (uint64_t)offset, bytes, (size_t)count);
    }
    errno = code;
}

ssize_t write(int file, const void *bytes, size_t count) {
    pthread_mutex_lock(&lock);
    off_t start = records < 0 ? 0 : lseek(file, 0, SEEK_CUR);
    ssize_t written = raw(SYS_write, file, (long)bytes, (long)count, 0, 0, 0);
    note_written(file, start, bytes, written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    pthread_mutex_lock(&lock);
    ssize_t written = raw(SYS_pwrite64, file, (long)bytes, (long)count, offset, 0, 0);
    note_written(file, offset, bytes, written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset) { return pwrite(file, bytes, count, offset); }

int ftruncate(int file, off_t size) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int result = (int)raw(SYS_ftruncate, file, size, 0, 0, 0, 0);
    path_of_file(file, path);
    if (result == 0 && is_inside(path)) record('T', path, (uint64_t)size, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

// Names: D is a folder that was made, U a name that was removed, R one that was changed to the second path, X two that were exchanged,
// L a further name, the second path, of a file.

static void note_name(char kind, int folder, const char *name) {
    char path[PATH_MAX];
    int code = errno;
    path_of_name(folder, name, path);
    if (is_inside(path)) record(kind, path, 0, "", 0);
    errno = code;
}

static void note_names(char kind, int folder, const char *name, int new_folder, const char *new_name) {
    char path[PATH_MAX], new_path[PATH_MAX];
    int code = errno;
    path_of_name(folder, name, path);
    path_of_name(new_folder, new_name, new_path);
    if (is_inside(path) && is_inside(new_path)) record(kind, path, 0, new_path, strlen(new_path));
    errno = code;
}

int mkdirat(int folder, const char *name, mode_t mode) {
    pthread_mutex_lock(&lock);
    int result = (int)raw(SYS_mkdirat, folder, (long)name, mode, 0, 0, 0);
    if (result == 0) note_name('D', folder, name);
    pthread_mutex_unlock(&lock);
    return result;
}

int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int unlinkat(int folder, const char *name, int flags) {
    pthread_mutex_lock(&lock);
    int result = (int)raw(SYS_unlinkat, folder, (long)name, flags, 0, 0, 0);
    if (result == 0) note_name('U', folder, name);
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }

int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int renameat2(int folder, const char *name, int new_folder, const char *new_name, unsigned int flags) {
    pthread_mutex_lock(&lock);
    int result = (int)raw(SYS_renameat2, folder, (long)name, new_folder, (long)new_name, flags, 0);
    if (result == 0) note_names(flags & RENAME_EXCHANGE ? 'X' : 'R', folder, name, new_folder, new_name);
    pthread_mutex_unlock(&lock);
    return result;
}

int renameat(int folder, const char *name, int new_folder, const char *new_name) {
    return renameat2(folder, name, new_folder, new_name, 0);
}

int rename(const char *name, const char *new_name) { return renameat2(AT_FDCWD, name, AT_FDCWD, new_name, 0); }

int linkat(int folder, const char *name, int new_folder, const char *new_name, int flags) {
    pthread_mutex_lock(&lock);
    int result = (int)raw(SYS_linkat, folder, (long)name, new_folder, (long)new_name, flags, 0);
    if (result == 0) note_names('L', folder, name, new_folder, new_name);
    pthread_mutex_unlock(&lock);
    return result;
}

int link(const char *name, const char *new_name) { return linkat(AT_FDCWD, name, AT_FDCWD, new_name, 0); }

// Syncing: F is a file or a folder that was synced, S a whole file system.

static int sync_and_note(long number, char kind, int file) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int result = (int)raw(number, file, 0, 0, 0, 0, 0);
    path_of_file(file, path);
    // The folder that the root is in keeps the root's name.
    int is_above = root && !strncmp(root, path, strlen(path));
    if (result == 0 && (is_inside(path) || (records >= 0 && is_above))) record(kind, path, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int file) { return sync_and_note(SYS_fsync, 'F', file); }

int fdatasync(int file) { return sync_and_note(SYS_fdatasync, 'F', file); }

int syncfs(int file) { return sync_and_note(SYS_syncfs, 'S', file); }

// Which way of syncing is taken depends on the file system.
int fstatfs(int file, struct statfs *status) {
    int result = (int)raw(SYS_fstatfs, file, (long)status, 0, 0, 0, 0);
    const char *type = getenv("RECORD_FILE_SYSTEM");
    if (result == 0 && type) status->f_type = strtol(type, NULL, 0);
    return result;
}
