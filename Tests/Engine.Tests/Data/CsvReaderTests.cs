using Federated.Engine.Data.Tables;

namespace Federated.Engine.Tests.Data;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\nc,d\n", "1:a|b 2:c|d")]
    [InlineData("a,b\r\nc,d", "1:a|b 2:c|d")]
    [InlineData("a,\n,b", "1:a| 2:|b")]
    [InlineData("\"a,1\",b\n", "1:a,1|b")]
    [InlineData("\"say \"\"hi\"\"\",b\n", "1:say \"hi\"|b")]
    [InlineData("\"two\nlines\",b\nc,d", "1:two\nlines|b 3:c|d")]
    [InlineData("\"\",\"\"\r\n", "1:|")]
    [InlineData("a\n\n\r\nb\n", "1:a 4:b")]
    [InlineData("a\rb", "1:a 2:b")]
    [InlineData("", "")]
    public void Text_is_split_after_RFC_4180(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', CsvReader.Read(new StringReader(text)).Select(record => $"{record.Line}:{string.Join('|', record.Fields)}")));

    [Theory]
    [InlineData("a\n\"open,b\nc", "line 2: a quoted field is not closed.")]
    [InlineData("\"a\"b,c", "line 1: there is text after the closing quote")]
    [InlineData("a\nb\"c", "line 2: there is a quote within an unquoted field")]
    public void Broken_quoting_is_refused_with_its_line(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<InvalidDataException>(() => CsvReader.Read(new StringReader(text)).Count()).Message, StringComparison.Ordinal);

    [Fact]
    public void Field_without_end_is_refused_at_its_bound()
    {
        var text = new string('x', CsvReader.MaxField);
        Assert.Single(CsvReader.Read(new StringReader(text)));
        Assert.Throws<InvalidDataException>(() => CsvReader.Read(new StringReader(text + "x")).Count());
    }
}
