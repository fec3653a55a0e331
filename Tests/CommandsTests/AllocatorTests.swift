import CJemalloc
import Testing

@testable import Commands
@testable import VirtualFS

struct AllocatorTests {
    @Test func `the allocator is jemalloc with one arena`() {
        var count: UInt32 = 0
        var size = MemoryLayout<UInt32>.size
        #expect(mallctl("opt.narenas", &count, &size, nil, 0) == 0)
        #expect(count == 1)
    }

    @Test func `giving back returns freed memory to the system at once`() async {
        // In a process of its own, where no other test allocates or frees memory.
        await #expect(processExitsWith: .success) {
            // Otherwise jemalloc returns free memory by itself some time later.
            var never = -1
            try #require(mallctl("arena.0.dirty_decay_ms", nil, nil, &never, MemoryLayout<Int>.size) == 0)
            // In parts, since jemalloc returns an allocation as large as all of them as soon as it is freed.
            let parts = (0..<1024).map { _ in
                let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
                part.initializeMemory(as: UInt8.self, repeating: 1)
                return part
            }
            for part in parts { part.deallocate() }
            let before = try #require(ProcessMemory.residentByteCount)
            Allocator.giveBack()
            let after = try #require(ProcessMemory.residentByteCount)
            #expect(before - after > 60 << 20)
        }
    }
}
