using Federated.Core.Randomness;

namespace Federated.Engine.Tests.Data.Wrong;

/// <summary>What may be wrong with a file of any format.</summary>
public sealed class BrokenFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Formats => [.. SoundData.Formats];

    public static TheoryData<string> OfText => [.. SoundData.OfText];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sound_data_is_read(string format)
    {
        var (_, data) = SoundData.Write(format, _folder);
        Assert.InRange(SoundData.Load(data, _folder).Train.Count, 1, 100);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Empty_file_is_named(string format)
    {
        var (files, data) = SoundData.Write(format, _folder);
        File.WriteAllBytes(files[0], []);
        Assert.Contains(Path.GetFileName(files[0]), SoundData.Refusal(data, _folder), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OfText))]
    public void Text_that_is_not_UTF_8_is_told_with_its_line_and_how_to_convert_it(string format)
    {
        var (files, data) = SoundData.Write(format, _folder);
        var bytes = File.ReadAllBytes(files[0]);
        var at = Array.LastIndexOf(bytes, (byte)'\n', bytes.Length - 2) + 1;   // the first byte of the last line
        File.WriteAllBytes(files[0], [.. bytes[..at], 0xE4, .. bytes[at..]]);
        var line = 1 + bytes[..at].Count(value => value == '\n');
        Assert.Equal($"{files[0]}, line {line}: the text is not UTF-8. Convert the file, for example by 'iconv -f latin1 -t utf-8'.", SoundData.Refusal(data, _folder));
    }

    [Theory]
    [MemberData(nameof(OfText))]
    public void Characters_that_are_not_UTF_8_are_found_far_into_a_file_too(string format)
    {
        // Beyond any buffer; where a line is broken before, that is told.
        var (files, data) = SoundData.Write(format, _folder);
        var text = File.ReadAllText(files[0]);
        var row = text.Split('\n')[0] + "\n";
        File.WriteAllBytes(files[0], [.. System.Text.Encoding.UTF8.GetBytes(text), .. Enumerable.Repeat(System.Text.Encoding.UTF8.GetBytes(row), 2000).SelectMany(bytes => bytes), 0xC3, 0x28]);
        var message = SoundData.Refusal(data, _folder);
        Assert.Contains(Path.GetFileName(files[0]), message, StringComparison.Ordinal);
        Assert.Contains("line ", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void File_in_the_place_of_a_folder_and_the_other_way_round_is_told(string format)
    {
        var (_, data) = SoundData.Write(format, _folder);
        var (isFolder, path) = (Directory.Exists(Path.Combine(_folder.Path, data.Path!)), "other");
        if (isFolder) _folder.Write(path, "something");
        else Directory.CreateDirectory(Path.Combine(_folder.Path, path));
        var message = SoundData.Refusal(data with { Path = path }, _folder);
        Assert.Contains(Path.Combine(_folder.Path, path), message, StringComparison.Ordinal);
        Assert.Matches("Name a file|Name the folder|has no file", message);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Bytes_that_are_cut_off_or_changed_anywhere_are_read_or_refused_but_nothing_else(string format)
    {
        var (files, data) = SoundData.Write(format, _folder);
        var random = new RandomStream(SeedTree.Derive(1, format));
        foreach (var file in files)
        {
            var sound = File.ReadAllBytes(file);
            for (var i = 0; i < 120; i++)
            {
                var bytes = sound[..(i % 3 == 0 ? random.Next(sound.Length) : sound.Length)];
                for (var change = 0; change < i % 4 && bytes.Length > 0; change++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                File.WriteAllBytes(file, bytes);
                var refused = Record.Exception(() => SoundData.Load(data, _folder));
                Assert.True(refused is null or EngineException, $"{format}, {i}: {refused}");
                if (refused is not null) Assert.DoesNotContain("Exception", refused.Message, StringComparison.Ordinal);
            }
            File.WriteAllBytes(file, sound);
        }
    }
}
