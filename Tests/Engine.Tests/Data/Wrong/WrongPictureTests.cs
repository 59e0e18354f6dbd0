using Federated.Core.Jobs;

namespace Federated.Engine.Tests.Data.Wrong;

/// <summary>Folders of pictures, pictures with boxes, archives of arrays, CIFAR's records.</summary>
public sealed class WrongPictureTests : IDisposable
{
    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, byte[]> Corrupt => new()
    {
        { "empty", [] },
        { "text", "no picture"u8.ToArray() },
        { "cut off in its head", Png[..20] },
        { "cut off in its pixels", Png[..45] },
    };

    [Theory]
    [MemberData(nameof(Corrupt))]
    public void Corrupt_picture_is_named_and_costs_only_its_client(string what, byte[] bytes)
    {
        Assert.NotEmpty(what);
        _folder.Write("flat/cat/a.png", Png);
        _folder.Write("flat/dog/bad.png", bytes);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec("image_folder", "flat")), Path.Combine("dog", "bad.png"), "it is", "Mend these pictures, or take them out.");

        foreach (var client in new[] { "good", "wrong" })
        {
            _folder.Write($"sites/{client}/cat/a.png", Png);
            _folder.Write($"sites/{client}/dog/bad.png", client == "wrong" ? bytes : Png);
        }
        var set = WrongData.Load(_folder, Spec("image_folder", "sites"));
        Assert.Equal<string>(["good", "good"], set.Owners);
        var fault = Assert.Single(set.Faults);
        Assert.Equal("wrong", fault.Client);
        WrongData.AssertTells(fault.Reason, "bad.png", "it is", "Mend these pictures, or take them out.");
    }

    [Theory]
    [MemberData(nameof(Corrupt))]
    public void Corrupt_picture_with_boxes_is_named(string what, byte[] bytes)
    {
        Assert.NotEmpty(what);
        _folder.Write("cells/JPEGImages/bad.png", bytes);
        _folder.Write("cells/Annotations/bad.xml", Annotation);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec("voc", "cells")), "bad.png", "it is", "Mend these files, or take the pictures and their annotations out.");
    }

    [Theory]
    [InlineData("", "line 1: the XML is broken")]
    [InlineData("<annotation>\n<object>\n", "line 3: the XML is broken")]
    [InlineData("<annotation>\n<size><width>1</width></size></annotation>", "line 2: height is missing")]
    [InlineData("<annotation>\n<size><width>1</width><height>1</height></size>\n<object></object></annotation>", "line 3: the object has no name")]
    public void Annotation_is_told_with_its_line(string xml, string place)
    {
        _folder.Write("cells/JPEGImages/bad.png", Png);
        _folder.Write("cells/Annotations/bad.xml", xml);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec("voc", "cells")), "bad.xml", place, "Mend these files");
    }

    [Fact]
    public void Folders_without_pictures_say_what_belongs_there()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "none", "cat"));
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec("image_folder", "none")), "none", "", "CLASS/picture.png");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(3073 + 5)]
    public void File_of_cifars_records_that_is_cut_off_is_named(int bytes)
    {
        _folder.Write("cifar/data_batch_1.bin", new byte[bytes]);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec("cifar", "cifar")), "data_batch_1.bin", $"has {bytes} bytes", "Copy it again");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PK no archive")]
    public void Archive_that_is_cut_off_is_named(string bytes)
    {
        _folder.Write("bad.npz", bytes);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec("npz", "bad.npz")), "bad.npz", "cannot be read", "Save the archive again");
    }

    private const string Annotation = """
        <annotation><size><width>1</width><height>1</height></size>
        <object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax></bndbox></object></annotation>
        """;

    private static DataSpec Spec(string name, string path) => new()
    {
        Name = name,
        Path = path,
        Image = new() { Width = 8, Height = 8 },
        Detection = new() { Anchors = [0.5, 0.5] },
    };
}
