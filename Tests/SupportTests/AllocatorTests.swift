import CJemalloc
import Testing

@testable import Support

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
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 20, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 1)
        let before = try #require(ProcessMemory.residentByteCount)
        memory.deallocate()
        Allocator.giveBack()
        #expect(try #require(ProcessMemory.residentByteCount) < before - (32 << 20))
    }
}
