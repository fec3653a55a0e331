import Testing

@testable import WaveFile
