import Glibc
import Support
import Testing

struct DescribedErrorTests {
    private struct Outer: DescribedError {
        let summary: String
        let cause: (any Error)?
    }

    @Test func `an error describes all its causes in one line`() {
        let error = Outer(
            summary: "/pond/0: cannot be read",
            cause: Outer(summary: "chunk c/0", cause: SystemError("pread", "c/0", code: EIO)))
        #expect(error.description == "/pond/0: cannot be read: chunk c/0: Input/output error")
    }

    @Test func `a path that was named before is not repeated by causes`() {
        let error = Outer(
            summary: "/data/a.zarr cannot be opened as a store",
            cause: Outer(
                summary: "/: the store cannot be made", cause: SystemError("mkdir", "/data/a.zarr", code: EIO)))
        #expect(
            error.description
                == "/data/a.zarr cannot be opened as a store: the store cannot be made: Input/output error")
        let part = Outer(summary: "pond/01: is broken", cause: SystemError("open", "pond/0", code: EIO))
        #expect(part.description == "pond/01: is broken: pond/0: Input/output error")
        #expect(part.description(after: "/pond/01") == "is broken: pond/0: Input/output error")
    }

    @Test func `an error is a failure with a code if it or its cause is`() {
        let error = Outer(summary: "a", cause: Outer(summary: "b", cause: SystemError("write", "c", code: ENOSPC)))
        #expect(error.isFailure(with: EDQUOT, ENOSPC))
        #expect(!error.isFailure(with: EIO))
        #expect(!Outer(summary: "a", cause: nil).isFailure(with: ENOSPC))
    }
}
