import Glibc
import Recordings
import Support
import Synchronization
import Testing
import VirtualFS

@testable import FuseBridge

/// One after the other: libfuse's log and standard error are the whole process's.
@Suite(.serialized) struct FuseSessionTests {
    @Test func `an option that libfuse does not know is named in the error`() {
        var options = FuseSession.Options()
        options.mountOptions = ["ro", "nonsense=a,b\\c"]
        #expect { _ = try FuseMount(at: "/nowhere", options: options, log: .silent) } throws: { error in
            "\(error)" == "unknown option(s): `-o nonsense=a\\,b\\\\c'"
        }
    }

    @Test func `a mount that fails gives the reason`() {
        #expect {
            _ = try FuseMount(at: "/nowhere/at/all", options: FuseSession.Options(), log: .silent)
        } throws: { error in
            "\(error)".hasPrefix("cannot mount at /nowhere/at/all: ") && !"\(error)".hasSuffix(": ")
        }
    }

    @Test func `a session without a device gives the reason and releases the volume`() {
        weak var released: Volume?
        do {
            let volume = Volume(Catalogue(recordings: [], problems: []), log: .silent)
            released = volume
            #expect { _ = try FuseSession(volume, on: -1, log: .silent) } throws: { error in
                "\(error)" == "cannot serve the mount: Bad file descriptor"
            }
        }
        #expect(released == nil)
    }

    @Test func `what fusermount3 writes to standard error becomes the reason`() {
        let (result, lines) = capturingStandardError {
            let text = "fusermount3: mount failed\nsecond line\n"
            return write(STDERR_FILENO, text, text.utf8.count)
        }
        #expect(result == 38)
        #expect(lines == ["fusermount3: mount failed", "second line"])
        #expect(capturingStandardError { 1 }.lines.isEmpty)
    }
}
