namespace Tour;

/// <summary>What the onlooker sees, one line at a time.</summary>
public static class Paper
{
    private static readonly Lock Pen = new();

    public static void Chapter(string title) => Write($"\n{title}");

    public static void Write(string line)
    {
        lock (Pen)
        {
            Console.WriteLine(line);
        }
    }
}
