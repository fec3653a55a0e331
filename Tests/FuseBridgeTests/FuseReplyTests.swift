import CFuse
import Glibc
import Recordings
import Support
import Testing
import VirtualFS

@testable import FuseBridge

struct FuseReplyTests {
    private let volume: Volume

    init() {
        var options = VolumeOptions()
        options.modified = Timestamp(seconds: -5, nanoseconds: 7)
        volume = Volume(Catalogue(recordings: [], problems: []), options: options, log: .silent)
    }

    @Test func `the kernel gets a directory's attributes from the volume`() throws {
        let attributes = try volume.attributes(of: .root)
        let told = stat(attributes)
        #expect(told.st_ino == 1)
        #expect(told.st_mode == S_IFDIR | 0o755)
        #expect(told.st_nlink == 1)
        #expect(told.st_size == 0)
        #expect((told.st_mtim.tv_sec, told.st_mtim.tv_nsec) == (-5, 7))
        #expect(told.st_ctim.tv_sec == -5)
    }

    @Test func `the kernel gets the exact size of a file in bytes and in blocks`() throws {
        let directory = try volume.lookup(Array(".zarrwlr".utf8), in: .root).inode
        let told = stat(try volume.lookup(Array("recordings.csv".utf8), in: directory))
        #expect(told.st_mode == S_IFREG | 0o644)
        #expect(told.st_size == 182)
        #expect(told.st_blocks == 1)
    }

    @Test func `the kernel is told that nothing is free`() {
        let told = statvfs(VolumeStatistics(byteCount: 4_097, fileCount: 3))
        #expect(told.f_bsize == 4_096)
        #expect(told.f_blocks == 2)
        #expect(told.f_bfree == 0)
        #expect(told.f_namemax == 255)
    }

    @Test func `the kernel keeps a name for a day`() throws {
        var entry = fuse_entry_param()
        entry.set(try volume.attributes(of: .root))
        #expect(entry.ino == 1)
        #expect(entry.entry_timeout == 86_400)
        #expect(entry.attr_timeout == 86_400)
    }

    @Test func `slices that are joined have their bytes in order`() {
        let slices = (0..<2_000).map { BlockSlice(Block([9, UInt8(truncatingIfNeeded: $0), 9]), 1..<2) }
        let whole = joined(slices)
        let isRight = withExtendedLifetime(whole) {
            whole.bytes.elementsEqual((0..<2_000).map { UInt8(truncatingIfNeeded: $0) })
        }
        #expect(isRight)
    }

    @Test func `every operation that is not left to the kernel has an answer`() {
        let operations = fuseOperations()
        let refused: [Any?] = [
            operations.setattr, operations.mknod, operations.mkdir, operations.unlink, operations.rmdir,
            operations.symlink, operations.rename, operations.link, operations.create, operations.write,
            operations.setxattr, operations.removexattr, operations.fallocate, operations.copy_file_range,
        ]
        let served: [Any?] = [
            operations.lookup, operations.forget, operations.forget_multi, operations.getattr, operations.access,
            operations.open, operations.read, operations.release, operations.opendir, operations.readdir,
            operations.readdirplus, operations.releasedir, operations.statfs, operations.getxattr,
            operations.listxattr,
        ]
        #expect((refused + served).allSatisfy { $0 != nil })
    }
}
