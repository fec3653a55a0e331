import Glibc
import Recordings
import Support
import Synchronization
import SyntheticRecordings
import Testing

@testable import VirtualFS

struct ReloadedVolumeTests {
    /// What the kernel was told to forget: names, by the directories that they are in.
    private final class Forgotten: Sendable {
        private let names = Mutex<[Inode: [String]]>([:])

        init(of volume: Volume) {
            volume.onInvalidation { [self] what in
                guard case .names(let names, let directory) = what else { return }
                let texts = names.map { String(decoding: $0, as: UTF8.self) }
                self.names.withLock { $0[directory, default: []] += texts }
            }
        }

        func names(in directory: Inode) -> [String] { names.withLock { $0[directory] ?? [] } }
    }

    private func options(_ views: String) throws -> VolumeOptions {
        var options = VolumeOptions()
        options.views = try ViewSelection(views)
        options.isLiving = true
        return options
    }

    private func coded(_ path: String, _ source: String) -> Recording {
        .coded(path, source: source, bytes: [1, 2, 3], start: Timestamp(iso8601: "2024-09-03T21:00:00+02:00"))
    }

    private func sampled(_ path: String, _ source: String, seed: UInt64) -> Recording {
        .synthetic(path, source: source, samples: SyntheticSamples(seed: seed))
    }

    @Test func `every view shows what is new after a reload, and the kernel forgets what it had in each`() throws {
        let volume = Volume([coded("night/0", "a.flac")], options: try options("all"))
        let forgotten = Forgotten(of: volume)
        let views = [
            ("night", "a.wav", "b.wav"), ("x10/night", "a.wav", "b.wav"),
            ("by-date/2024/2024-09-03", "a.wav", "b.wav"), ("parts/night", "a", "b"),
            ("coded/night", "a.flac", "b.flac"), ("spectrograms/night", "a.png", "b.png"),
        ]
        var inodes: [String: Inode] = [:]
        for (path, old, new) in views {
            #expect(try volume.names(at: path) == [".", "..", old], "\(path)")
            #expect(errno { try volume.attributes(at: "\(path)/\(new)") } == ENOENT)
            inodes[path] = try volume.attributes(at: "\(path)/\(old)").inode
        }
        let reloaded = Catalogue(recordings: [coded("night/0", "a.flac"), coded("night/1", "b.flac")], problems: [])
        #expect(volume.reload { _ in reloaded })
        for (path, old, new) in views {
            let directory = try volume.attributes(at: path).inode
            #expect(forgotten.names(in: directory).contains(new), "\(path)")
            #expect(!forgotten.names(in: directory).contains(old), "\(path)")
            #expect(try volume.names(at: path) == [".", "..", old, new], "\(path)")
            #expect(try volume.attributes(at: "\(path)/\(old)").inode == inodes[path])
        }
        #expect(try volume.text(at: ".zarrwlr/index.html").contains("b.wav"))
    }

    @Test func `a clip that is known is one of the recording that is there after a reload, or is gone with it`() throws
    {
        let name = "a.wav@s10-20.wav"
        let volume = Volume([sampled("night/0", "a.flac", seed: 1)], options: try options("clips"))
        let forgotten = Forgotten(of: volume)
        let (folder, inode) = try (
            volume.attributes(at: "night").inode, volume.attributes(at: "night/\(name)").inode
        )
        let other = Catalogue(recordings: [sampled("night/0", "a.flac", seed: 2)], problems: [])
        #expect(volume.reload { _ in other })
        let handle = try volume.open(inode)
        let size = try volume.attributes(of: inode).size
        let bytes = try volume.read(handle, offset: 0, size: size).flatMap { Array($0.bytes) }
        #expect(bytes.suffix(20) == SyntheticSamples(seed: 2).bytes(20..<40)[...])
        try volume.release(handle)

        let without = Catalogue(recordings: [sampled("night/1", "b.flac", seed: 1)], problems: [])
        #expect(volume.reload { _ in without })
        #expect(forgotten.names(in: folder).contains(name))
        #expect(errno { try volume.attributes(of: inode) } == ESTALE)
        #expect(errno { try volume.attributes(at: "night/\(name)") } == ENOENT)
        #expect(volume.unlistedCount == 0)
    }

    @Test func `if recordings may come, the kernel does not keep that a clip is not there`() throws {
        let volume = Volume([sampled("night/0", "a.flac", seed: 1)], options: try options("clips"))
        let folder = try volume.attributes(at: "night").inode
        #expect(errno { try volume.attributes(at: "night/b.wav") } == ENOENT)
        #expect(try volume.absenceSeconds(of: Array("b.wav@1-2.wav".utf8), in: folder) == 0)
        #expect(try volume.absenceSeconds(of: Array("b.wav".utf8), in: folder) == 86_400)
        let fixed = Volume([sampled("night/0", "a.flac", seed: 1)])
        #expect(try fixed.absenceSeconds(of: Array("b.wav@1-2.wav".utf8), in: folder) == 86_400)
    }

    @Test func `checksums are those of the recordings that are there after a reload`() throws {
        let sums = (1...2).map { String(repeating: "\($0)", count: 64) }
        func recordings(_ count: Int) -> [Recording] {
            (0..<count).map { .synthetic("\($0)", source: "\($0).wav", sum: sums[$0]).restoringSource }
        }
        let volume = Volume(recordings(1), options: try options("sums"))
        let forgotten = Forgotten(of: volume)
        #expect(try volume.text(at: "SHA256SUMS") == "\(sums[0])  0.wav\n")
        #expect(try volume.attributes(at: "SHA256SUMS").caching == .changing)
        let both = Catalogue(recordings: recordings(2), problems: [])
        #expect(volume.reload { _ in both })
        #expect(try volume.text(at: "SHA256SUMS") == "\(sums[0])  0.wav\n\(sums[1])  1.wav\n")
        #expect(forgotten.names(in: .root) == ["1.wav", "SHA256SUMS"])
    }

    @Test func `what takes the place of something else has another inode in every view`() {
        let identities: [NodeIdentity] = [
            .recording(path: "a"), .recording(path: "a", revision: 1), .recording(path: "a", revision: 2),
        ]
        let all = identities + identities.map { $0.inView("x10") } + identities.map { .clip(of: $0, samples: 0..<1) }
        #expect(Set(all.map(\.hash)).count == 9)
    }
}
