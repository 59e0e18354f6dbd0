using System.Text;

namespace Federated.Engine.Data.Text;

/// <summary>Reads text files: UTF-8, with or without a mark at the start, lines ending in LF or CRLF.</summary>
internal static class TextFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The whole text, its lines ending in LF.</summary>
    /// <exception cref="EngineException">The file cannot be read, or is not UTF-8; the message names it and the line.</exception>
    public static string Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path).AsSpan();
            if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
            return Decode(bytes, path).Replace("\r\n", "\n", StringComparison.Ordinal);
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

    private static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException wrong)
        {
            var line = 1 + bytes[..Math.Clamp(wrong.Index, 0, bytes.Length)].Count((byte)'\n');
            throw new EngineException($"{path}, line {line}: the text is not UTF-8. Convert the file, for example by 'iconv -f latin1 -t utf-8'.", wrong);
        }
    }
}
