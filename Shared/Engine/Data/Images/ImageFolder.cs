using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Data.Images;

/// <summary>Reads folders of pictures: CLASS/file, or a folder for each client, CLIENT/CLASS/file; or the same below train and below test. Classes are the folders' names in
/// the order of their characters, those of all clients together.</summary>
internal static class ImageFolder
{
    private const int MaxErrors = 20;

    /// <summary>Whether a folder looks like one of these.</summary>
    public static bool Looks(string folder) => FoldersOf(TrainIn(folder)).Any(inner => PictureFiles.In(inner).Any() || FoldersOf(inner).Any(deeper => PictureFiles.In(deeper).Any()));

    /// <summary>Reads all pictures.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="image">The size to which each is brought.</param>
    /// <exception cref="EngineException">Pictures that cannot be decoded, up to 20 at once, or no classes. Where each client has a folder, one whose pictures cannot be used is
    /// told among the faults.</exception>
    public static LoadedSet Load(string folder, ImageSpec image)
    {
        try
        {
            var (train, test) = (TrainIn(folder), Path.Combine(folder, "test"));
            var hasTest = train != folder && Directory.Exists(test);
            var (owners, testOwners) = (OwnersIn(train), hasTest ? OwnersIn(test) : []);
            ImmutableArray<string> classes = [.. owners.SelectMany(owner => FoldersOf(owner.Folder)).Select(NameOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (classes.Length < 2)
                throw new EngineException($"{train} has {classes.Length} folders of pictures, and a picture folder has one for each of at least two classes: CLASS/picture.png, or CLIENT/CLASS/picture.png.");
            if (testOwners.SelectMany(owner => FoldersOf(owner.Folder)).Select(NameOf).Except(classes).ToList() is { Count: > 0 } unknown)
                throw new EngineException($"{test} has the classes {string.Join(", ", unknown.Take(MaxErrors))}, which {train} has not: add pictures to train on, or take them out.");
            if (hasTest && testOwners.Any(owner => owner.Client.Length == 0) != owners.Any(owner => owner.Client.Length == 0))
                throw new EngineException($"{train} and {test} are laid out differently: give both the form CLASS/picture.png, or both CLIENT/CLASS/picture.png.");
            var shape = DataShape.ForClasses([ImageDecoder.Channels(image), image.Height, image.Width], classes.Length) with { ClassNames = classes };
            var (read, tests) = (PictureFiles.Read(train, owners, classes, image), hasTest ? PictureFiles.Read(test, testOwners, classes, image) : null);
            var faults = read.Faults.Concat(tests?.Faults ?? []).DistinctBy(fault => fault.Client, StringComparer.Ordinal).OrderBy(fault => fault.Client, StringComparer.Ordinal);
            return new(shape, read.Examples, tests?.Examples, read.Owners) { TestOwners = tests?.Owners ?? [], Faults = [.. faults] };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{folder} cannot be read: {error.Message}", error);
        }
    }

    private static string TrainIn(string folder) => Path.Combine(folder, "train") is var train && Directory.Exists(train) ? train : folder;

    private static IEnumerable<string> FoldersOf(string folder) => Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal);

    private static string NameOf(string folder) => Path.GetFileName(folder);

    // One without a name where the folders are classes. Where they are clients, none of them has pictures of its own.
    private static ImmutableArray<(string Client, string Folder)> OwnersIn(string folder)
    {
        string[] inner = [.. FoldersOf(folder)];
        string[] nested = [.. inner.Where(one => !PictureFiles.In(one).Any() && FoldersOf(one).Any(deeper => PictureFiles.In(deeper).Any()))];
        if (nested.Length == 0) return [("", folder)];
        if (inner.FirstOrDefault(one => PictureFiles.In(one).Any()) is { } flat)
            throw new EngineException($"{folder}: {NameOf(nested[0])} has folders of pictures, and {NameOf(flat)} has pictures. Give all of them the form CLASS/picture.png, or all CLIENT/CLASS/picture.png.");
        if (inner.Select(NameOf).FirstOrDefault(name => ClientName.Fault(name) is not null) is { } wrong)
            throw new EngineException($"{folder}: the folder '{wrong}' cannot be a client's: its name has 1 to 256 characters, none of them a control character. Rename it.");
        return [.. inner.Select(one => (NameOf(one), one))];
    }
}
