using System.Collections.Immutable;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Images;

/// <summary>Pictures that were read.</summary>
/// <param name="Examples">Their pixels and classes.</param>
/// <param name="Owners">The client of each; empty where there are no clients.</param>
/// <param name="Faults">Clients whose pictures cannot be used.</param>
internal sealed record ReadPictures(ByteExamples Examples, ImmutableArray<string> Owners, ImmutableArray<ClientFault> Faults);

/// <summary>Decodes the pictures of clients, or of a folder that is nobody's in particular.</summary>
internal static class PictureFiles
{
    private const int MaxErrors = 20;
    private const byte Largest = 255;

    private static readonly ImmutableArray<string> Extensions = [".png", ".jpg", ".jpeg"];

    /// <summary>The pictures of a folder, in the order of their names.</summary>
    public static IEnumerable<string> In(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <param name="folder">Where all are, for messages.</param>
    /// <param name="owners">Each client and its folder of classes; a single one named "" where there are no clients.</param>
    /// <param name="classes">Names of the classes' folders; a client may lack some.</param>
    /// <param name="image">The size to which each picture is brought.</param>
    /// <exception cref="EngineException">Nobody's pictures can be used.</exception>
    public static ReadPictures Read(string folder, ImmutableArray<(string Client, string Folder)> owners, ImmutableArray<string> classes, ImageSpec image)
    {
        var files = owners.Select(owner => FilesOf(owner.Folder, classes)).ToList();
        var (count, width) = (files.Sum(own => own.Count), ImageDecoder.Channels(image) * image.Height * image.Width);
        if ((long)count * width > Array.MaxLength)
            throw new EngineException($"{folder} cannot be used: {count} pictures of {width} values do not fit into memory. Take a smaller data.image.");
        var (values, labels, of) = (new byte[count * width], new List<long>(count), ImmutableArray.CreateBuilder<string>());
        var faults = ImmutableArray.CreateBuilder<ClientFault>();
        foreach (var ((client, where), own) in owners.Zip(files))
        {
            // A client that fails leaves its place to the next one.
            var first = labels.Count;
            if (Decode(where, own, image, width, values.AsSpan(first * width)) is { } wrong)
            {
                faults.Add(new(client, wrong));
                continue;
            }
            labels.AddRange(own.Select(file => file.Label));
            if (client.Length > 0) of.AddRange(Enumerable.Repeat(client, own.Count));
        }
        if (labels.Count == 0) throw new EngineException(ClientFiles.Told(faults));
        if (labels.Count < count) Array.Resize(ref values, labels.Count * width);
        return new(new(values, [.. labels], width, Largest), of.ToImmutable(), faults.ToImmutable());
    }

    private static List<(string File, long Label)> FilesOf(string folder, ImmutableArray<string> classes) =>
        [.. classes.SelectMany((name, label) => Path.Combine(folder, name) is var inner && Directory.Exists(inner) ? In(inner).Select(file => (file, (long)label)) : [])];

    private static string? Decode(string folder, List<(string File, long Label)> files, ImageSpec image, int width, Span<byte> values)
    {
        if (files.Count == 0) return $"{folder} cannot be used: it has no pictures. Known are files that end with {string.Join(", ", Extensions)}.";
        var errors = new List<string>();
        for (var i = 0; i < files.Count && errors.Count < MaxErrors; i++)
            if (ImageDecoder.Decode(files[i].File, image, values.Slice(i * width, width)) is { } error) errors.Add($"  {files[i].File}: {error}.");
        return errors.Count == 0 ? null : $"{folder} cannot be used:\n{string.Join('\n', errors)}\n"
            + (errors.Count == MaxErrors ? $"  Only the first {MaxErrors} errors are shown.\n" : "") + "Mend these pictures, or take them out.";
    }
}
