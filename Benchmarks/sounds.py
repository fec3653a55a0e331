"""Generated sounds for measurements: the same every time, and about as hard to code as field recordings."""

import subprocess
import wave

RATE = 48_000


def sox(*words):
    subprocess.run(["sox", *map(str, words)], check=True)


class Sounds:
    """Sound files in a folder. Each is made when it is first requested."""

    SUFFIXES = {"flac": ".flac", "aac": ".aac", "opus": ".opus", "mp3": ".mp3", "vorbis": ".ogg"}

    def __init__(self, folder):
        self.folder = folder

    def wav(self, seconds, rate=RATE):
        """A WAV file of one channel of 16 bits."""
        path = self.folder / f"{seconds}s-{rate}.wav"
        if not path.exists():
            piece = self._piece(rate)
            sox(piece, path, "repeat", max(seconds // self.PIECE, 1), "trim", 0, seconds)
        return path

    def excerpts(self, count, seconds):
        """WAV files of one channel, all different."""
        folder = self.folder / f"{count}x{seconds}s"
        if not folder.exists():
            folder.mkdir()
            with wave.open(str(self._piece(RATE)), "rb") as piece:
                parameters = piece.getparams()
                samples = piece.readframes(parameters.nframes)
            samples += samples
            for number in range(count):
                start = number * parameters.nframes // count * parameters.sampwidth
                with wave.open(str(folder / f"excerpt-{number:03}.wav"), "wb") as excerpt:
                    excerpt.setparams(parameters._replace(nframes=0))
                    excerpt.writeframes(samples[start:start + seconds * RATE * parameters.sampwidth])
        return sorted(folder.iterdir())

    def coded(self, codec, seconds, rate=RATE):
        """The same sound as a FLAC file, an ADTS stream without noise substitution, an Ogg Opus, an MP3 or an Ogg Vorbis file."""
        source = self.wav(min(seconds, self.HOUR) if codec == "aac" else seconds, rate)
        path = (self.folder / f"{seconds}s-{rate}").with_suffix(self.SUFFIXES[codec])
        if not path.exists() and codec == "aac" and seconds > self.HOUR:
            # ADTS streams can be concatenated.
            hour = self.coded(codec, self.HOUR, rate).read_bytes()
            with open(path, "wb") as file:
                for _ in range(seconds // self.HOUR):
                    file.write(hour)
        elif not path.exists():
            words = {
                "flac": ["flac", "-s", "-5", "-o", path, source],
                "aac": ["ffmpeg", "-v", "error", "-i", source, "-c:a", "aac", "-aac_pns", "0", "-b:a", "128k", path],
                "opus": ["ffmpeg", "-v", "error", "-i", source, "-c:a", "libopus", "-application", "lowdelay",
                         "-b:a", "96k", path],
                "mp3": ["ffmpeg", "-v", "error", "-i", source, "-c:a", "libmp3lame", "-b:a", "128k", path],
                "vorbis": ["ffmpeg", "-v", "error", "-i", source, "-c:a", "libvorbis", "-q:a", "4", path],
            }[codec]
            subprocess.run([str(word) for word in words], check=True)
        return path

    # Seconds of the sound that longer ones repeat.
    PIECE = 300
    HOUR = 3600

    def _piece(self, rate):
        """Wind, with calls that rise in pitch."""
        path = self.folder / f"piece-{rate}.wav"
        if not path.exists():
            form = ["-R", "-n", "-r", rate, "-b", 16, "-c", 1]
            wind, calls = self.folder / "wind.wav", self.folder / "calls.wav"
            sox(*form, wind, "synth", self.PIECE, "pinknoise", "tremolo", 0.1, 60, "gain", -24)
            sox(*form, calls, "synth", 3, "sine", f"{rate // 24}:{rate // 6}", "fade", "q", 0.5, 3, 0.5, "gain", -18,
                "pad", 0, 7, "repeat", self.PIECE // 10 - 1)
            sox("-R", "-m", wind, calls, path)
            wind.unlink()
            calls.unlink()
        return path
