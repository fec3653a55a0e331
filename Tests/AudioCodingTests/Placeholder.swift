import Testing

@testable import AudioCoding
