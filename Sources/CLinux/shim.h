#pragma once

// statfs(2), which Swift's Glibc module leaves out.
#include <sys/statfs.h>

// renameat2(2) and its flags. glibc has had it since 2.28, but declares it only under _GNU_SOURCE, which Swift's Glibc module does
// not define.
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned int flags);

// sync_file_range(2), for the same reason.
int sync_file_range(int file, long offset, long count, unsigned int flags);

// memmem(3), for the same reason.
#include <stddef.h>
void *memmem(const void *bytes, size_t count, const void *part, size_t part_count);

// pthread_setattr_default_np(3), for the same reason.
#include <pthread.h>
int pthread_setattr_default_np(const pthread_attr_t *attributes);

// syncfs(2), for the same reason.
int syncfs(int file);

// signalfd(2), whose header Swift's Glibc module leaves out.
#include <signal.h>
int signalfd(int descriptor, const sigset_t *signals, int flags);

// getxattr(2), umount2(2) and inotify(7), for the same reason.
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/xattr.h>

// O_PATH of open(2), for the same reason.
static const int zwl_o_path = 010000000;

// prctl(2), which has variable arguments, and its operations.
static inline int zwl_prctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    int prctl(int operation, ...);
    return prctl(operation, a, b, c, d);
}

// openat2(2), which glibc does not wrap, and its constants. Returns a descriptor, or -1 with errno set.
#include <stdint.h>
#include <sys/syscall.h>

static inline int zwl_openat2(int directory, const char *path, int flags, unsigned int mode, uint64_t resolve) {
    struct {
        uint64_t flags;
        uint64_t mode;
        uint64_t resolve;
    } how = {(uint64_t)(unsigned int)flags, mode, resolve};
    long syscall(long number, ...);
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// The capabilities of the calling thread, one bit each, without the library that usually wraps these calls. See capget(2).
struct zwl_capability_header {
    uint32_t version;
    int32_t process;
};
struct zwl_capability_data {
    uint32_t effective, permitted, inheritable;
};

static inline int zwl_permitted_capabilities(uint64_t *permitted) {
    struct zwl_capability_header header = {0x20080522, 0};
    struct zwl_capability_data data[2] = {{0, 0, 0}, {0, 0, 0}};
    long syscall(long number, ...);
    long result = syscall(SYS_capget, &header, data);
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    return (int)result;
}

static inline int zwl_set_capabilities(uint64_t kept) {
    struct zwl_capability_header header = {0x20080522, 0};
    uint32_t low = (uint32_t)kept, high = (uint32_t)(kept >> 32);
    struct zwl_capability_data data[2] = {{low, low, 0}, {high, high, 0}};
    long syscall(long number, ...);
    return (int)syscall(SYS_capset, &header, data);
}

// Landlock, which glibc does not wrap, and of which the kernel's headers may know less than the kernel. The numbers are those of all
// processors. See landlock(7).
static inline int zwl_landlock_version(void) {
    long syscall(long number, ...);
    return (int)syscall(444, (void *)0, 0, 1u);
}

static inline int zwl_landlock_create_ruleset(uint64_t files, uint64_t network, uint64_t scopes) {
    struct {
        uint64_t files, network, scopes;
    } attributes = {files, network, scopes};
    // A kernel refuses what it does not know, unless it is zero.
    long syscall(long number, ...);
    return (int)syscall(444, &attributes, sizeof attributes, 0u);
}

static inline int zwl_landlock_permit(int ruleset, int file, uint64_t rights) {
    struct {
        uint64_t rights;
        int32_t file;
    } __attribute__((packed)) rule = {rights, file};
    long syscall(long number, ...);
    return (int)syscall(445, ruleset, 1, &rule, 0u);
}

static inline int zwl_landlock_restrict_self(int ruleset) {
    long syscall(long number, ...);
    return (int)syscall(446, ruleset, 0u);
}

enum {
    zwl_pr_set_pdeathsig = 1,
    zwl_pr_set_dumpable = 4,
    zwl_pr_capbset_drop = 24,
    zwl_pr_set_no_new_privs = 38,
    zwl_pr_cap_ambient = 47,
    zwl_pr_cap_ambient_clear_all = 4,
    zwl_cap_dac_read_search = 2,
    zwl_sfd_cloexec = 02000000,
    zwl_sfd_nonblock = 04000,
    zwl_resolve_no_magiclinks = 0x02,
    zwl_resolve_no_symlinks = 0x04,
    zwl_resolve_beneath = 0x08,
    zwl_rename_noreplace = 1 << 0,
    zwl_rename_exchange = 1 << 1,
    zwl_sync_file_range_write = 1 << 1,
};
