#pragma once
// The version of the libfuse API that this project uses. _FILE_OFFSET_BITS is not defined: it would give `flock` a definition
// that differs from the Glibc module's, and 64-bit Linux does not need it.
#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

// libfuse defines these functions as macros with arguments, which Swift does not import: the first since 3.17, the second if it
// was built without versioned symbols.
static inline struct fuse_session *zwl_session_new(
    struct fuse_args *arguments, const struct fuse_lowlevel_ops *operations, size_t size, void *data
) {
    return fuse_session_new(arguments, operations, size, data);
}
static inline int zwl_session_loop_mt(struct fuse_session *session, struct fuse_loop_config *configuration) {
    return fuse_session_loop_mt(session, configuration);
}
