using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace Federated.Engine.Data.Text;

/// <summary>Reads text files: UTF-8, with or without a mark at the start, lines ending in LF or CRLF; gzipped where the name ends in .gz.</summary>
internal static class TextFile
{
    private const long MostBytes = 1 << 30;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The whole text, its lines ending in LF.</summary>
    /// <exception cref="EngineException">The file cannot be read, or is not UTF-8; the message names it and the line.</exception>
    public static string Read(string path) => Decode(Content(path).Span, path).Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <summary>The bytes of a text, without a mark at the start.</summary>
    /// <exception cref="EngineException">As <see cref="Read"/>.</exception>
    public static ReadOnlyMemory<byte> Bytes(string path)
    {
        var bytes = Content(path);
        if (!Utf8.IsValid(bytes.Span)) Decode(bytes.Span, path);
        return bytes;
    }

    /// <summary>Has a text read as it is asked for, since it need not be in memory as a whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="EngineException">The file cannot be read, or is not UTF-8; the message names it and the line.</exception>
    public static T Stream<T>(string path, Func<TextReader, T> read)
    {
        try
        {
            using var reader = new StreamReader(path, Strict);
            return read(reader);
        }
        catch (DecoderFallbackException wrong)
        {
            throw NotUtf8(path, Line(path), wrong);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The lines, without their ends; the first one is line 1. A last empty one is left out.</summary>
    /// <exception cref="EngineException">As <see cref="Read"/>.</exception>
    public static string[] Lines(string path)
    {
        var lines = Read(path).Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    /// <summary>The files of a folder with one of these endings, in the ordinal order of their names; a file as it is.</summary>
    /// <param name="path">A file or a folder that is there.</param>
    /// <param name="endings">For example <c>.txt</c>.</param>
    /// <exception cref="EngineException">The folder has none, or two whose names differ in their ending alone.</exception>
    public static List<string> In(string path, params string[] endings)
    {
        if (!Directory.Exists(path)) return [path];
        var files = Directory.GetFiles(path).Where(file => endings.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new EngineException($"The folder {path} has no file that ends with {string.Join(" or ", endings)}.");
        var twice = files.GroupBy(Path.GetFileNameWithoutExtension).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? files : throw new EngineException($"The folder {path} has {string.Join(" and ", twice.Select(Path.GetFileName))}, and a file's name without its ending is a client's: rename one.");
    }

    private static ReadOnlyMemory<byte> Content(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
            // A small archive may unpack to anything.
            using var content = new MemoryStream(ReferenceEquals(plain, file) ? (int)Math.Min(file.Length, MostBytes) : 0);
            var buffer = new byte[1 << 16];
            while (plain.Read(buffer) is var count and > 0)
            {
                if (content.Length + count > MostBytes)
                    throw new EngineException($"{path} has more than {MostBytes:#,0} bytes of text, which is too much for one file: cut it into several, or take a part of it.");
                content.Write(buffer, 0, count);
            }
            ReadOnlyMemory<byte> bytes = content.GetBuffer().AsMemory(0, (int)content.Length);
            return bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException wrong)
        {
            throw NotUtf8(path, 1 + bytes[..Math.Clamp(wrong.Index, 0, bytes.Length)].Count((byte)'\n'), wrong);
        }
    }

    // A reader that was ahead of what was asked of it does not know the line.
    private static int Line(string path)
    {
        var (decoder, line, buffer, characters) = (Strict.GetDecoder(), 1, new byte[1 << 12], new char[(1 << 12) + 4]);
        using var file = File.OpenRead(path);
        while (true)
        {
            var count = file.Read(buffer);
            try
            {
                decoder.GetChars(buffer, 0, count, characters, 0, flush: count == 0);
            }
            catch (DecoderFallbackException wrong)
            {
                return line + buffer.AsSpan(0, Math.Clamp(wrong.Index, 0, count)).Count((byte)'\n');
            }
            if (count == 0) return line;
            line += buffer.AsSpan(0, count).Count((byte)'\n');
        }
    }

    private static EngineException NotUtf8(string path, int line, DecoderFallbackException wrong) =>
        new($"{path}, line {line}: the text is not UTF-8. Convert the file, for example by 'iconv -f latin1 -t utf-8'.", wrong);
}
