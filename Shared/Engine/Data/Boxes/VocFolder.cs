using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data.Images;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Boxes;

/// <summary>Reads a folder in the layout of Pascal VOC: Annotations/NAME.xml, JPEGImages/NAME.jpg (or .jpeg, .png) and, where it has them, the lists of names
/// ImageSets/Main/trainval.txt (or train.txt and val.txt) and test.txt. Without test.txt a share of the images is set aside.</summary>
internal static class VocFolder
{
    private const int MaxErrors = 20;

    private static readonly string[] Endings = [".jpg", ".jpeg", ".png"];

    /// <summary>Whether a folder has the layout.</summary>
    public static bool Looks(string folder) => Directory.Exists(Path.Combine(folder, "Annotations")) && Directory.Exists(Path.Combine(folder, "JPEGImages"));

    /// <param name="folder">The folder.</param>
    /// <param name="image">The size to which images are brought.</param>
    /// <param name="detection">Grid, anchors.</param>
    /// <param name="classes">Names of the classes; null for those of the files in the order of their characters.</param>
    /// <exception cref="EngineException">The folder lacks something or a file is broken: up to 20 errors at once.</exception>
    public static LoadedSet Load(string folder, ImageSpec image, DetectionSpec detection, string[]? classes)
    {
        if (!Looks(folder)) throw new EngineException($"{folder} has not the layout of Pascal VOC: it needs the folders Annotations and JPEGImages.");
        try
        {
            return Read(folder, image, detection, classes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{folder} cannot be read: {error.Message}", error);
        }
    }

    private static LoadedSet Read(string folder, ImageSpec image, DetectionSpec detection, string[]? classes)
    {
        var errors = new List<string>();
        string[]? Names(string list) => VocFolder.Names(folder, list, errors);
        var (train, test) = (Names("trainval") ?? Joined(Names("train"), Names("val")), Names("test"));
        train ??= [.. Directory.EnumerateFiles(Path.Combine(folder, "Annotations"), "*.xml").Select(Path.GetFileNameWithoutExtension).OfType<string>()
            .Except(test ?? []).Order(StringComparer.Ordinal)];
        string[] all = [.. train, .. test ?? []];
        if (train.Length == 0) errors.Add("there is no annotated image to train on.");
        var annotations = Array.ConvertAll(all, name => VocAnnotation.Read(Path.Combine(folder, "Annotations", name + ".xml"), errors));
        classes ??= [.. annotations.SelectMany(objects => objects).Select(found => found.Kind).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length == 0 && errors.Count == 0) errors.Add("no image has an object.");
        var objects = annotations.Select((found, i) => Known(found, classes, all[i], errors)).ToArray();
        var width = ImageDecoder.Channels(image) * image.Height * image.Width;
        if ((long)all.Length * width > Array.MaxLength) errors.Add($"{all.Length} pictures of {width} values do not fit into memory: take a smaller data.image.");
        var pixels = errors.Count < MaxErrors && (long)all.Length * width <= Array.MaxLength ? Decode(folder, all, image, width, errors) : [];
        if (DataShape.BoxesFault(image, detection) is { } fault) errors.Add(fault);
        if (errors.Count > 0)
        {
            throw new EngineException($"{folder} cannot be used:\n{string.Join('\n', errors.Take(MaxErrors).Select(error => "  " + error))}"
                + (errors.Count > MaxErrors ? $"\n  Only the first {MaxErrors} errors are shown." : "")
                + "\nMend these files, or take the pictures and their annotations out.");
        }
        var most = Math.Max(1, objects.Max(own => own.Length));
        BoxedImages Take(Range range) => new(pixels[(range.Start.Value * width)..(range.End.Value * width)], objects[range], width, most);
        return new(DataShape.ForBoxes(image, detection, [.. classes]), Take(0..train.Length), test is null ? null : Take(train.Length..all.Length), []);
    }

    private static LabelledBox[] Known(List<(string Kind, int Line, Box Box)> found, string[] classes, string name, List<string> errors)
    {
        foreach (var (kind, line, _) in found.Where(each => !classes.Contains(each.Kind)))
            errors.Add($"{name}.xml, line {line}: the class '{kind}' is not one of {string.Join(", ", classes)}.");
        return [.. found.Where(each => classes.Contains(each.Kind)).Select(each => new LabelledBox(Array.IndexOf(classes, each.Kind), each.Box))];
    }

    // Side by side, for a picture takes some 10 ms; each fills its own part, so the order does not matter.
    private static byte[] Decode(string folder, string[] names, ImageSpec image, int width, List<string> errors)
    {
        var (pixels, faults) = (new byte[names.Length * width], new string?[names.Length]);
        Parallel.For(0, names.Length, i =>
        {
            var path = Endings.Select(ending => Path.Combine(folder, "JPEGImages", names[i] + ending)).FirstOrDefault(File.Exists);
            faults[i] = path is null ? $"JPEGImages has no {names[i]}.jpg." : ImageDecoder.Decode(path, image, pixels.AsSpan(i * width, width)) is { } fault
                ? $"{Path.GetFileName(path)}: {fault}." : null;
        });
        errors.AddRange(faults.OfType<string>());
        return pixels;
    }

    // Names of files, which lead nowhere else.
    private static string[]? Names(string folder, string list, List<string> errors)
    {
        var path = Path.Combine(folder, "ImageSets", "Main", list + ".txt");
        if (!File.Exists(path)) return null;
        var names = new List<string>();
        foreach (var (index, line) in TextFile.Lines(path).Index())
        {
            var name = line.Trim().Split(' ')[0];
            if (name.Length == 0) continue;
            if (name.IndexOfAny(['/', '\\', ':', '\0']) < 0) names.Add(name);
            else errors.Add($"{list}.txt, line {index + 1}: '{(name.Length > 40 ? name[..40] + "..." : name)}' is no name of a picture; give each line the name of a file of Annotations, without .xml.");
        }
        return [.. names];
    }

    private static string[]? Joined(string[]? first, string[]? second) => first is null ? second : second is null ? first : [.. first, .. second];
}
