import CJemalloc
import Testing

@testable import Commands
@testable import VirtualFS

@Suite("The allocator")
struct AllocatorTests {
    @Test("is jemalloc, with one arena")
    func isConfigured() {
        var count: UInt32 = 0
        var size = MemoryLayout<UInt32>.size
        #expect(mallctl("opt.narenas", &count, &size, nil, 0) == 0)
        #expect(count == 1)
    }

    @Test("gives free memory back")
    func givesBack() throws {
        // Of itself it is to give nothing back meanwhile.
        try setDecay(milliseconds: -1)
        defer { try? setDecay(milliseconds: 100) }
        // Other tests of the process take and free memory meanwhile: one time of ten is enough.
        #expect(try (0..<10).contains { _ in try freedByteCount() > 32 << 20 })
    }

    private func setDecay(milliseconds: Int) throws {
        var milliseconds = milliseconds
        try #require(mallctl("arena.0.dirty_decay_ms", nil, nil, &milliseconds, MemoryLayout<Int>.size) == 0)
    }

    /// How much less memory the process has after 64 MiB were freed and given back.
    private func freedByteCount() throws -> Int {
        // In parts: what is as large as all of it jemalloc gives back by itself.
        let parts = (0..<1024).map { _ in
            let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
            part.initializeMemory(as: UInt8.self, repeating: 1)
            return part
        }
        let before = try #require(ProcessMemory.residentByteCount)
        for part in parts { part.deallocate() }
        Allocator.giveBack()
        return try before - #require(ProcessMemory.residentByteCount)
    }
}
