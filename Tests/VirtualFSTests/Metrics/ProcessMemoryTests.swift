import Support
import Testing

@testable import VirtualFS

struct ProcessMemoryTests {
    @Test func `the memory of the process is at least the bytes that it has written to`() throws {
        let block = Block(count: 64 << 20) { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        #expect(try #require(ProcessMemory.residentByteCount) >= 64 << 20)
        withExtendedLifetime(block) {}
    }
}
