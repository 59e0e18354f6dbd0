using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Data.Images;

/// <summary>Reads folders of pictures: CLASS/file, or train/CLASS/file and test/CLASS/file. Classes are the folders' names in the order of their characters.</summary>
internal static class ImageFolder
{
    private const int MaxErrors = 20;
    private const byte Largest = 255;

    private static readonly ImmutableArray<string> Extensions = [".png", ".jpg", ".jpeg"];

    /// <summary>Whether a folder looks like one of these.</summary>
    public static bool Looks(string folder) => Directory.EnumerateDirectories(TrainIn(folder)).Any(inner => Pictures(inner).Any());

    /// <summary>Reads all pictures.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="image">The size to which each is brought.</param>
    /// <exception cref="EngineException">Pictures that cannot be decoded, up to 20 at once, or no classes.</exception>
    public static LoadedSet Load(string folder, ImageSpec image)
    {
        try
        {
            var (train, test) = (TrainIn(folder), Path.Combine(folder, "test"));
            ImmutableArray<string> classes = [.. Classes(train)];
            if (classes.Length < 2) throw new EngineException($"{train} has {classes.Length} folders, and a picture folder has one for each of at least two classes.");
            var hasTest = train != folder && Directory.Exists(test);
            if (hasTest && Classes(test).Except(classes).ToList() is { Count: > 0 } unknown)
                throw new EngineException($"{test} has the classes {string.Join(", ", unknown.Take(MaxErrors))}, which {train} has not.");
            var channels = ImageDecoder.Channels(image);
            var shape = DataShape.ForClasses([channels, image.Height, image.Width], classes.Length) with { ClassNames = classes };
            return new(shape, Read(train, classes, image), hasTest ? Read(test, classes, image) : null, []);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{folder} cannot be read: {error.Message}", error);
        }
    }

    private static string TrainIn(string folder) => Path.Combine(folder, "train") is var train && Directory.Exists(train) ? train : folder;

    private static IEnumerable<string> Classes(string folder) =>
        Directory.EnumerateDirectories(folder).Select(inner => Path.GetFileName(inner)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Pictures(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal);

    private static ByteExamples Read(string folder, ImmutableArray<string> classes, ImageSpec image)
    {
        var files = classes.SelectMany((name, label) => Directory.Exists(Path.Combine(folder, name))
            ? Pictures(Path.Combine(folder, name)).Select(file => (File: file, Label: (long)label)) : []).ToList();
        if (files.Count == 0) throw new EngineException($"{folder} has no pictures. Known are files that end with {string.Join(", ", Extensions)}.");
        var width = ImageDecoder.Channels(image) * image.Height * image.Width;
        if ((long)files.Count * width > Array.MaxLength)
            throw new EngineException($"{files.Count} pictures of {width} values do not fit into memory: take a smaller data.image.");
        var (values, errors) = (new byte[files.Count * width], new List<string>());
        for (var i = 0; i < files.Count && errors.Count < MaxErrors; i++)
            if (ImageDecoder.Decode(files[i].File, image, values.AsSpan(i * width, width)) is { } error) errors.Add($"  {files[i].File}: {error}");
        return errors.Count == 0 ? new(values, [.. files.Select(file => file.Label)], width, Largest)
            : throw new EngineException($"Pictures of {folder} cannot be used:\n{string.Join('\n', errors)}\nMend these files, or take them out.");
    }
}
