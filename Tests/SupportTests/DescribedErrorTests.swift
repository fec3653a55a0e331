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
        #expect(error.description == "/pond/0: cannot be read: chunk c/0: c/0: Input/output error (pread)")
    }
}
