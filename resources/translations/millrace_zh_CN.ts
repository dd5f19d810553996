<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Card</name>
    <message>
        <source>Point %1 of %2</source>
        <translation>%2 的点 %1</translation>
    </message>
    <message>
        <source>index</source>
        <translation>索引</translation>
    </message>
    <message>
        <source>position</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>range</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>%1 pixel</source>
        <translation>%1 像素</translation>
    </message>
    <message>
        <source>behind the camera</source>
        <translation>相机之后</translation>
    </message>
    <message>
        <source> (outside of the image)</source>
        <translation>（图像之外）</translation>
    </message>
    <message>
        <source>Box %1 of %2</source>
        <translation>%2 的框 %1</translation>
    </message>
    <message>
        <source>%1, box %2 of %3</source>
        <translation>%1，%3 的框 %2</translation>
    </message>
    <message>
        <source>score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>track</source>
        <translation>轨迹</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>frame</source>
        <translation>坐标系</translation>
    </message>
    <message>
        <source>length, width, height</source>
        <translation>长、宽、高</translation>
    </message>
    <message>
        <source>yaw</source>
        <translation>偏航角</translation>
    </message>
    <message>
        <source>points of %1</source>
        <translation>%1 的点</translation>
    </message>
</context>
<context>
    <name>Registry</name>
    <message>
        <source>3D</source>
        <translation>3D</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Plot</source>
        <translation>曲线图</translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation>直方图</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>List</source>
        <translation>列表</translation>
    </message>
    <message>
        <source>Cards</source>
        <translation>卡片</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>%1: "%2" and "%3"</source>
        <translation>%1：“%2”与“%3”</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Looks into point clouds (.bin .pcd .ply .xyz .las), images, safetensors, run folders and KITTI folders. Several files of one folder become a sequence.</source>
        <translation>查看点云（.bin .pcd .ply .xyz .las）、图像、safetensors、运行文件夹和 KITTI 文件夹。同一文件夹中的多个文件组成一个序列。</translation>
    </message>
    <message>
        <source>What to open.</source>
        <translation>要打开的内容。</translation>
    </message>
    <message>
        <source>Write a picture of the window once all is shown, and end.</source>
        <translation>全部显示后写出窗口图片并退出。</translation>
    </message>
    <message>
        <source>Size of the window.</source>
        <translation>窗口大小。</translation>
    </message>
    <message>
        <source>dark, light or high-contrast.</source>
        <translation>dark（深色）、light（浅色）或 high-contrast（高对比度）。</translation>
    </message>
    <message>
        <source>The item to begin with.</source>
        <translation>起始条目。</translation>
    </message>
    <message>
        <source>Tell how long the first whole picture took, and end.</source>
        <translation>报告首幅完整画面所用时间并退出。</translation>
    </message>
    <message>
        <source>Language of the window: en, %1; the system's without it.</source>
        <translation>窗口语言：en、%1；未指定时使用系统语言。</translation>
    </message>
</context>
<context>
    <name>millrace::view::Pane</name>
    <message>
        <source>Maximise (%1)</source>
        <translation>最大化 (%1)</translation>
    </message>
    <message>
        <source>Close (%1)</source>
        <translation>关闭 (%1)</translation>
    </message>
    <message>
        <source>Restore (%1)</source>
        <translation>还原 (%1)</translation>
    </message>
</context>
<context>
    <name>millrace::view::Window</name>
    <message>
        <source>%1 (items %2)</source>
        <translation>%1（项 %2）</translation>
    </message>
    <message>
        <source>Millrace View</source>
        <translation>Millrace View</translation>
    </message>
    <message>
        <source>What is open</source>
        <translation>已打开的内容</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>已打开</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间轴</translation>
    </message>
    <message>
        <source>Drop clouds, images, run folders or KITTI folders here,
or open them with %1.</source>
        <translation>将点云、图像、运行文件夹或 KITTI 文件夹拖到此处，
或按 %1 打开。</translation>
    </message>
    <message>
        <source>Files have changed: reload (%1)</source>
        <translation>文件已更改：重新加载 (%1)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Open files…</source>
        <translation>打开文件(&amp;O)…</translation>
    </message>
    <message>
        <source>Open clouds and images</source>
        <translation>打开点云和图像</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>打开文件夹(&amp;D)…</translation>
    </message>
    <message>
        <source>Open a run, a KITTI folder, or a folder of files</source>
        <translation>打开运行、KITTI 文件夹或文件所在的文件夹</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Reload</source>
        <translation>重新加载(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Picture of the window…</source>
        <translation>窗口截图(&amp;P)…</translation>
    </message>
    <message>
        <source>Save a picture of the window</source>
        <translation>保存窗口截图</translation>
    </message>
    <message>
        <source>PNG (*.png)</source>
        <translation>PNG (*.png)</translation>
    </message>
    <message>
        <source>%1 can't be written.</source>
        <translation>无法写入 %1。</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;High contrast</source>
        <translation>高对比度(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Panes</source>
        <translation>窗格(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Reset layout</source>
        <translation>重置布局(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>全屏(&amp;F)</translation>
    </message>
    <message>
        <source>%1 – Millrace View</source>
        <translation>%1 – Millrace View</translation>
    </message>
    <message>
        <source>3D</source>
        <translation>3D</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 及另外 %n 项</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing was opened yet</source>
        <translation>尚未打开任何内容</translation>
    </message>
    <message>
        <source>Remove what is &amp;missing</source>
        <translation>移除不存在的项(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Clear the list</source>
        <translation>清空列表(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Maximise or restore</source>
        <translation>最大化或还原(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Next pane</source>
        <translation>下一个窗格(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Previous pane</source>
        <translation>上一个窗格(&amp;P)</translation>
    </message>
    <message>
        <source>Move to the &amp;left</source>
        <translation>左移(&amp;L)</translation>
    </message>
    <message>
        <source>Move to the &amp;right</source>
        <translation>右移(&amp;R)</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>下移(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Arrange by the rule</source>
        <translation>自动排列(&amp;A)</translation>
    </message>
    <message>
        <source>Go to pane %1</source>
        <translation>转到窗格 %1</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>键盘快捷键(&amp;K)…</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>killed</source>
        <translation>已被终止</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n item(s)</source>
        <translation>
            <numerusform>%1，%n 个条目</numerusform>
        </translation>
    </message>
    <message>
        <source>This is no longer there.</source>
        <translation>此项已不存在。</translation>
    </message>
    <message>
        <source>The run has recorded nothing yet. What comes is shown here.</source>
        <translation>运行尚未记录任何内容。新内容将显示在此处。</translation>
    </message>
    <message>
        <source>%1 can't be shown: there is no viewer for it.</source>
        <translation>无法显示 %1：没有对应的查看器。</translation>
    </message>
    <message>
        <source>Everything is hidden: tick in the tree what to show.</source>
        <translation>全部内容已隐藏：请在树中勾选要显示的项。</translation>
    </message>
    <message>
        <source>&amp;Boxes as lists</source>
        <translation>将框显示为列表(&amp;B)</translation>
    </message>
    <message>
        <source>C&amp;alibration</source>
        <translation>标定(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Colour points by camera</source>
        <translation>按相机为点着色(&amp;C)</translation>
    </message>
    <message>
        <source>Each point gets the colour of the pixel it falls on (%1)</source>
        <translation>每个点取其所落像素的颜色 (%1)</translation>
    </message>
    <message>
        <source>Bring the selection into &amp;sight</source>
        <translation>将所选内容移入视野(&amp;S)</translation>
    </message>
    <message>
        <source>No image of this camera is shown.</source>
        <translation>未显示此相机的图像。</translation>
    </message>
    <message>
        <source>No cloud of this camera's frame is shown.</source>
        <translation>未显示此相机坐标系中的点云。</translation>
    </message>
    <message>
        <source>KITTI calibration (*.txt)</source>
        <translation>KITTI 标定 (*.txt)</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Save the corrected calibration</source>
        <translation>保存校正后的标定</translation>
    </message>
    <message>
        <source>There is no camera to be saved.</source>
        <translation>没有可保存的相机。</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Co&amp;mpare</source>
        <translation>比较(&amp;M)</translation>
    </message>
    <message>
        <source>Compares two wires number by number (F7)</source>
        <translation>逐个数值比较两条连线 (F7)</translation>
    </message>
    <message>
        <source>%1 (sketches)</source>
        <translation>%1（摘要）</translation>
    </message>
    <message>
        <source>%1 · %2 (sketches)</source>
        <translation>%1 · %2（摘要）</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>%1 #%2</source>
        <translation>%1 #%2</translation>
    </message>
    <message>
        <source>The difference can't be shown: there is no viewer for it.</source>
        <translation>无法显示差异：没有相应的查看器。</translation>
    </message>
    <message>
        <source>%1 (sketches alone: compare with F7)</source>
        <translation>%1（仅有摘要：按 F7 比较）</translation>
    </message>
    <message>
        <source>%1, item %2</source>
        <translation>%1，第 %2 项</translation>
    </message>
    <message>
        <source>No camera with an image looks at the points shown.</source>
        <translation>没有带图像的相机看到所显示的点。</translation>
    </message>
    <message>
        <source>An item of %1 can't be shown.</source>
        <translation>%1 的某一项无法显示。</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Background</name>
    <message>
        <source>There isn't enough memory for this.</source>
        <translation>内存不足，无法完成此操作。</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::CloudPanel</name>
    <message>
        <source>%1 of %2 points</source>
        <translation>%1 / %2 个点</translation>
    </message>
    <message>
        <source>%1 points</source>
        <translation>%1 个点</translation>
    </message>
    <message>
        <source>1 box</source>
        <translation>1 个框</translation>
    </message>
    <message>
        <source>%1 boxes</source>
        <translation>%1 个框</translation>
    </message>
    <message>
        <source>%1 corners</source>
        <translation>%1 个顶点</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Points and picture</source>
        <translation>点与画面</translation>
    </message>
    <message>
        <source>Picked</source>
        <translation>拾取</translation>
    </message>
    <message>
        <source>Crop box</source>
        <translation>裁剪框</translation>
    </message>
    <message>
        <source>Views and pictures</source>
        <translation>视图与图片</translation>
    </message>
    <message>
        <source>Show or fold away</source>
        <translation>展开或折叠</translation>
    </message>
    <message>
        <source>Check marks show or hide a layer</source>
        <translation>勾选以显示或隐藏图层</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy these rows</source>
        <translation>复制这些行</translation>
    </message>
    <message>
        <source>Export selection…</source>
        <translation>导出所选…</translation>
    </message>
    <message>
        <source>Write the selected points to a file</source>
        <translation>将所选点写入文件</translation>
    </message>
    <message>
        <source>Write the selected points</source>
        <translation>写出所选点</translation>
    </message>
    <message>
        <source>Clouds (*.ply *.pcd *.xyz *.bin)</source>
        <translation>点云 (*.ply *.pcd *.xyz *.bin)</translation>
    </message>
    <message>
        <source>Frame: %1</source>
        <translation>坐标系：%1</translation>
    </message>
    <message>
        <source>Click a point or a label.</source>
        <translation>单击点或标签。</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::CloudView</name>
    <message>
        <source>From above</source>
        <translation>俯视</translation>
    </message>
    <message>
        <source>From the front</source>
        <translation>前视</translation>
    </message>
    <message>
        <source>From the left</source>
        <translation>左视</translation>
    </message>
    <message>
        <source>From the right</source>
        <translation>右视</translation>
    </message>
    <message>
        <source>From behind</source>
        <translation>后视</translation>
    </message>
    <message>
        <source>From below</source>
        <translation>仰视</translation>
    </message>
    <message>
        <source>Oblique</source>
        <translation>斜视</translation>
    </message>
    <message>
        <source>Perspective or parallel sight</source>
        <translation>透视或平行投影</translation>
    </message>
    <message>
        <source>Fit the window</source>
        <translation>适合窗口</translation>
    </message>
    <message>
        <source>Reset the view</source>
        <translation>重置视图</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Axes of the frames</source>
        <translation>坐标系的轴</translation>
    </message>
    <message>
        <source>Boxes, paths and cameras</source>
        <translation>框、路径和相机</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>图例</translation>
    </message>
    <message>
        <source>Eye-dome lighting</source>
        <translation>眼穹光照</translation>
    </message>
    <message>
        <source>Larger points</source>
        <translation>放大点</translation>
    </message>
    <message>
        <source>Smaller points</source>
        <translation>缩小点</translation>
    </message>
    <message>
        <source>Point size in pixels or metres</source>
        <translation>点大小以像素或米计</translation>
    </message>
    <message>
        <source>Square or round points</source>
        <translation>方形或圆形点</translation>
    </message>
    <message>
        <source>Next colouring</source>
        <translation>下一种着色</translation>
    </message>
    <message>
        <source>Next colour map</source>
        <translation>下一个色表</translation>
    </message>
    <message>
        <source>Reverse the colour map</source>
        <translation>反转色表</translation>
    </message>
    <message>
        <source>Look around and pick</source>
        <translation>环视与拾取</translation>
    </message>
    <message>
        <source>Measure a distance</source>
        <translation>测量距离</translation>
    </message>
    <message>
        <source>Measure a height</source>
        <translation>测量高度</translation>
    </message>
    <message>
        <source>Measure an angle</source>
        <translation>测量角度</translation>
    </message>
    <message>
        <source>Measure an area: double-click ends it</source>
        <translation>测量面积：双击结束</translation>
    </message>
    <message>
        <source>Select a rectangle: Shift adds, Ctrl takes away</source>
        <translation>矩形选择：Shift 添加，Ctrl 移除</translation>
    </message>
    <message>
        <source>Select with a lasso: Shift adds, Ctrl takes away</source>
        <translation>套索选择：Shift 添加，Ctrl 移除</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>取消选择</translation>
    </message>
    <message>
        <source>Select only what is seen</source>
        <translation>仅选择可见的点</translation>
    </message>
    <message>
        <source>Crop to the selection, or show all again</source>
        <translation>裁剪到所选或重新显示全部</translation>
    </message>
    <message>
        <source>x %1, y %2, z %3 m</source>
        <translation>x %1, y %2, z %3 m</translation>
    </message>
    <message>
        <source>   %1, point %2</source>
        <translation>   %1，点 %2</translation>
    </message>
    <message>
        <source>There is no point here to measure from.</source>
        <translation>此处没有可供测量的点。</translation>
    </message>
    <message>
        <source>%1 of %2 points</source>
        <translation>%1 / %2 个点</translation>
    </message>
    <message>
        <source>no points</source>
        <translation>无点</translation>
    </message>
    <message>
        <source>%1 points</source>
        <translation>%1 个点</translation>
    </message>
    <message>
        <source>, %1 % drawn</source>
        <translation>，已绘制 %1 %</translation>
    </message>
    <message>
        <source>%1 m</source>
        <translation>%1 m</translation>
    </message>
    <message>
        <source>%1 … %2, mean %3</source>
        <translation>%1 … %2，均值 %3</translation>
    </message>
    <message>
        <source>no number</source>
        <translation>无数值</translation>
    </message>
    <message>
        <source>%1 points selected</source>
        <translation>已选 %1 个点</translation>
    </message>
    <message>
        <source>One point selected</source>
        <translation>已选 1 个点</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>middle</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Select points first: the crop box goes round them.</source>
        <translation>请先选择点：裁剪框将围绕它们。</translation>
    </message>
    <message>
        <source>Clouds are written as .ply, .pcd, .xyz or .bin: give the file such an ending.</source>
        <translation>点云写为 .ply、.pcd、.xyz 或 .bin：请为文件指定此类扩展名。</translation>
    </message>
    <message>
        <source>Select points first: a selection is what is written.</source>
        <translation>请先选择点：写出的是所选内容。</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>已写入：%1</translation>
    </message>
    <message>
        <source>Cloud</source>
        <translation>点云</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>框</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>Colours: %1</source>
        <translation>颜色：%1</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::CloudWorkspace</name>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>All commands of the view and their keys</source>
        <translation>视图的全部命令及按键</translation>
    </message>
    <message>
        <source>Panel</source>
        <translation>面板</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ColorSection</name>
    <message>
        <source>Reversed</source>
        <translation>反转</translation>
    </message>
    <message>
        <source>Value of the map's low end</source>
        <translation>色表低端的值</translation>
    </message>
    <message>
        <source>Value of the map's high end</source>
        <translation>色表高端的值</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Colour…</source>
        <translation>颜色…</translation>
    </message>
    <message>
        <source>What the colours stand for (C)</source>
        <translation>颜色的含义 (C)</translation>
    </message>
    <message>
        <source>Colour map (M)</source>
        <translation>色表 (M)</translation>
    </message>
    <message>
        <source>Reverse the colour map (Shift+M)</source>
        <translation>反转色表 (Shift+M)</translation>
    </message>
    <message>
        <source>Choose the ends by the values</source>
        <translation>按数值选择两端</translation>
    </message>
    <message>
        <source>Colour by</source>
        <translation>着色依据</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>色表</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ImageView</name>
    <message>
        <source>Fit the window</source>
        <translation>适合窗口</translation>
    </message>
    <message>
        <source>One to one</source>
        <translation>一比一</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Next channel</source>
        <translation>下一通道</translation>
    </message>
    <message>
        <source>Next colour map</source>
        <translation>下一个色表</translation>
    </message>
    <message>
        <source>Brighter</source>
        <translation>更亮</translation>
    </message>
    <message>
        <source>Darker</source>
        <translation>更暗</translation>
    </message>
    <message>
        <source>More gamma</source>
        <translation>增大伽马</translation>
    </message>
    <message>
        <source>Less gamma</source>
        <translation>减小伽马</translation>
    </message>
    <message>
        <source>Points over the image</source>
        <translation>在图像上叠加点</translation>
    </message>
    <message>
        <source>Boxes over the image</source>
        <translation>在图像上叠加框</translation>
    </message>
    <message>
        <source>Overlay more opaque</source>
        <translation>叠加层更不透明</translation>
    </message>
    <message>
        <source>Overlay more transparent</source>
        <translation>叠加层更透明</translation>
    </message>
    <message>
        <source>Range from the values</source>
        <translation>按数值设定范围</translation>
    </message>
    <message>
        <source>The image's size and its count of bytes don't match.</source>
        <translation>图像尺寸与字节数不符。</translation>
    </message>
    <message>
        <source>x %1, y %2: %3</source>
        <translation>x %1, y %2：%3</translation>
    </message>
    <message>
        <source> · point %1 at %2 m</source>
        <translation> · 点 %1，距 %2 m</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Legend</name>
    <message>
        <source>One colour</source>
        <translation>单色</translation>
    </message>
    <message>
        <source>Height, m</source>
        <translation>高度，m</translation>
    </message>
    <message>
        <source>Range, m</source>
        <translation>距离，m</translation>
    </message>
    <message>
        <source>Intensity</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>Ring</source>
        <translation>线束</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Own colours</source>
        <translation>自带颜色</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::LookSection</name>
    <message>
        <source>Round</source>
        <translation>圆形</translation>
    </message>
    <message>
        <source>Eye-dome lighting</source>
        <translation>眼穹光照</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Axes</source>
        <translation>坐标轴</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>框</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>图例</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>像素</translation>
    </message>
    <message>
        <source>metres</source>
        <translation>米</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Black</source>
        <translation>黑色</translation>
    </message>
    <message>
        <source>White</source>
        <translation>白色</translation>
    </message>
    <message>
        <source>Other…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>Size of the points (+ and −)</source>
        <translation>点的大小（+ 与 −）</translation>
    </message>
    <message>
        <source>Point size in pixels or metres (U)</source>
        <translation>点大小以像素或米计 (U)</translation>
    </message>
    <message>
        <source>Square or round points (O)</source>
        <translation>方形或圆形点 (O)</translation>
    </message>
    <message>
        <source>Darkens points behind others near them (Shift+E)</source>
        <translation>压暗位于邻近点之后的点 (Shift+E)</translation>
    </message>
    <message>
        <source>How strongly eye-dome lighting darkens</source>
        <translation>眼穹光照的压暗强度</translation>
    </message>
    <message>
        <source>Grid (G)</source>
        <translation>网格 (G)</translation>
    </message>
    <message>
        <source>Axes of the frames (X)</source>
        <translation>坐标系的轴 (X)</translation>
    </message>
    <message>
        <source>Boxes, paths and cameras (B)</source>
        <translation>框、路径和相机 (B)</translation>
    </message>
    <message>
        <source>Labels (L)</source>
        <translation>标签 (L)</translation>
    </message>
    <message>
        <source>Legend (K)</source>
        <translation>图例 (K)</translation>
    </message>
    <message>
        <source>Point size</source>
        <translation>点大小</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>Show only what lies in a box</source>
        <translation>仅显示框内的内容</translation>
    </message>
    <message>
        <source>Crop to the selection, or show all again (Shift+C)</source>
        <translation>裁剪到所选或重新显示全部 (Shift+C)</translation>
    </message>
    <message>
        <source>Middle</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Middle of the box along %1, m</source>
        <translation>框沿 %1 的中心，m</translation>
    </message>
    <message>
        <source>Size of the box along %1, m</source>
        <translation>框沿 %1 的尺寸，m</translation>
    </message>
    <message>
        <source>Turn of the box about z, degrees</source>
        <translation>框绕 z 的旋转，度</translation>
    </message>
    <message>
        <source>Turn, °</source>
        <translation>旋转，°</translation>
    </message>
    <message>
        <source>Round the selection</source>
        <translation>围绕所选</translation>
    </message>
    <message>
        <source>Crop to the selected points (Shift+C)</source>
        <translation>裁剪到所选点 (Shift+C)</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::MeasureTool</name>
    <message>
        <source>area %1 m², level %2 m², round %3 m</source>
        <translation>面积 %1 m²，水平 %2 m²，周长 %3 m</translation>
    </message>
    <message>
        <source>angle %1</source>
        <translation>角度 %1</translation>
    </message>
    <message>
        <source>height %1 m</source>
        <translation>高度 %1 m</translation>
    </message>
    <message>
        <source>distance %1 m, level %2 m, height %3 m</source>
        <translation>距离 %1 m，水平 %2 m，高度 %3 m</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::RangeHistogram</name>
    <message>
        <source>Drag the ends of the colour map, or what lies between them</source>
        <translation>拖动色表的两端或其间部分</translation>
    </message>
    <message>
        <source>no values</source>
        <translation>无数值</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Recorder</name>
    <message>
        <source>Another recording is under way.</source>
        <translation>另一录制正在进行。</translation>
    </message>
    <message>
        <source>There is no view to record.</source>
        <translation>没有可录制的视图。</translation>
    </message>
    <message>
        <source>A picture of %1 × %2 needs %3 GB of memory, %4 GB are free. Choose a smaller size.</source>
        <translation>%1 × %2 的图片需要 %3 GB 内存，可用 %4 GB。请选择更小的尺寸。</translation>
    </message>
    <message>
        <source>Stopped after %1 of %2 frames: %3</source>
        <translation>在 %2 帧中的第 %1 帧后停止：%3</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>已写入：%1</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::SceneLayers</name>
    <message>
        <source>There is nothing to show.</source>
        <translation>没有可显示的内容。</translation>
    </message>
    <message>
        <source>The field "%1" doesn't have one value for each point.</source>
        <translation>字段“%1”并非每点一个值。</translation>
    </message>
    <message>
        <source>This isn't something to show in space.</source>
        <translation>此内容无法在空间中显示。</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Search for a command or a key</source>
        <translation>搜索命令或按键</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>命令及其按键</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::TableView</name>
    <message>
        <source>Show rows with … (%1)</source>
        <translation>显示包含…的行 (%1)</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Export as CSV</source>
        <translation>导出为 CSV</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n 行</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>%1; the whole has %2</source>
        <translation>%1；共 %2</translation>
    </message>
    <message>
        <source>Export the rows shown</source>
        <translation>导出显示的行</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) written to %1</source>
        <translation>
            <numerusform>已将 %n 行写入 %1</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 can't be written: %2</source>
        <translation>无法写入 %1：%2</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::TensorView</name>
    <message>
        <source>Next NaN or infinite value</source>
        <translation>下一个 NaN 或无穷值</translation>
    </message>
    <message>
        <source>The slice has %1 values, not %2 × %3</source>
        <translation>切片有 %1 个值，而非 %2 × %3</translation>
    </message>
    <message>
        <source>%1 [%2]</source>
        <translation>%1 [%2]</translation>
    </message>
    <message>
        <source>  at [%1]</source>
        <translation>  位于 [%1]</translation>
    </message>
    <message>
        <source>  ·  %1 × %2 shown  ·  min %3  max %4  mean %5</source>
        <translation>  ·  显示 %1 × %2  ·  最小 %3  最大 %4  均值 %5</translation>
    </message>
    <message>
        <source>  ·  %1 NaN or infinite</source>
        <translation>  ·  %1 个 NaN 或无穷</translation>
    </message>
    <message>
        <source>row %1, column %2: %3</source>
        <translation>第 %1 行，第 %2 列：%3</translation>
    </message>
    <message>
        <source>All values are finite</source>
        <translation>所有值均有限</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::TextView</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Find next</source>
        <translation>查找下一个</translation>
    </message>
    <message>
        <source>Find before</source>
        <translation>查找上一个</translation>
    </message>
    <message>
        <source>Wrap lines</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>Close the search</source>
        <translation>关闭搜索</translation>
    </message>
    <message>
        <source>The first %1 of %2</source>
        <translation>前 %1，共 %2</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n 行</numerusform>
        </translation>
    </message>
    <message>
        <source>"%1" stands nowhere</source>
        <translation>未找到“%1”</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Timeline</name>
    <message>
        <source>Timeline</source>
        <translation>时间轴</translation>
    </message>
    <message>
        <source>First item</source>
        <translation>第一个条目</translation>
    </message>
    <message>
        <source>Item before</source>
        <translation>上一个条目</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Next item</source>
        <translation>下一个条目</translation>
    </message>
    <message>
        <source>Last item</source>
        <translation>最后一个条目</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>循环</translation>
    </message>
    <message>
        <source>Follow the newest</source>
        <translation>跟随最新</translation>
    </message>
    <message>
        <source>item %1  (%2 of %3)</source>
        <translation>条目 %1（%2 / %3）</translation>
    </message>
    <message>
        <source> /s</source>
        <translation> /秒</translation>
    </message>
    <message>
        <source>Items a second</source>
        <translation>每秒条目数</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>no items</source>
        <translation>无条目</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Viewer</name>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ViewsSection</name>
    <message>
        <source>Double-click shows a view, F2 renames it, Delete removes it</source>
        <translation>双击显示视图，F2 重命名，Delete 移除</translation>
    </message>
    <message>
        <source>Remove this view</source>
        <translation>移除此视图</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keep the view as it stands</source>
        <translation>保留当前视图</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove the chosen view (Delete)</source>
        <translation>移除所选视图 (Delete)</translation>
    </message>
    <message>
        <source>Load…</source>
        <translation>加载…</translation>
    </message>
    <message>
        <source>Views from a file</source>
        <translation>从文件读取视图</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Views to a file</source>
        <translation>将视图写入文件</translation>
    </message>
    <message>
        <source>Width of pictures, pixels</source>
        <translation>图片宽度，像素</translation>
    </message>
    <message>
        <source>Height of pictures, pixels</source>
        <translation>图片高度，像素</translation>
    </message>
    <message>
        <source>Frames of a turn, or from one view to the next</source>
        <translation>一圈或视图之间的帧数</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>停止录制</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>帧数</translation>
    </message>
    <message>
        <source>Screenshot…</source>
        <translation>截图…</translation>
    </message>
    <message>
        <source>One picture of this size</source>
        <translation>一张此尺寸的图片</translation>
    </message>
    <message>
        <source>Turn…</source>
        <translation>环绕…</translation>
    </message>
    <message>
        <source>Once about the target, as numbered pictures</source>
        <translation>绕目标一圈，输出编号图片</translation>
    </message>
    <message>
        <source>Flight…</source>
        <translation>飞行…</translation>
    </message>
    <message>
        <source>Through the kept views, as numbered pictures</source>
        <translation>经过保留的视图，输出编号图片</translation>
    </message>
    <message>
        <source>View %1</source>
        <translation>视图 %1</translation>
    </message>
    <message>
        <source>Keep at least two views first: the flight goes through them.</source>
        <translation>请先保留至少两个视图：飞行将经过它们。</translation>
    </message>
    <message>
        <source>Folder for the pictures</source>
        <translation>图片文件夹</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>保存图片</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg)</source>
        <translation>图片 (*.png *.jpg)</translation>
    </message>
    <message>
        <source>Views (*.json)</source>
        <translation>视图 (*.json)</translation>
    </message>
    <message>
        <source>Save the views</source>
        <translation>保存视图</translation>
    </message>
    <message>
        <source>Load views</source>
        <translation>加载视图</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ViewerStack</name>
    <message>
        <source>Next viewer of this item</source>
        <translation>此项的下一个查看器</translation>
    </message>
    <message>
        <source>Show it as %1 (Ctrl+Shift+V: the next)</source>
        <translation>以%1显示（Ctrl+Shift+V：下一个）</translation>
    </message>
</context>
<context>
    <name>millrace::view::CalibrationPanel</name>
    <message>
        <source>Calibration</source>
        <translation>标定</translation>
    </message>
    <message>
        <source>The camera whose pose is corrected</source>
        <translation>要校正位姿的相机</translation>
    </message>
    <message>
        <source>Colour points by camera</source>
        <translation>按相机为点着色</translation>
    </message>
    <message>
        <source>camera_from_lidar_corrected = delta · camera_from_lidar, about the camera's own axes: x right, y down, z ahead. Roll turns about z, then pitch about x, then yaw about y. Holds for all items while the window is open.</source>
        <translation>camera_from_lidar_corrected = delta · camera_from_lidar，以相机自身的坐标轴为准：x 向右，y 向下，z 向前。先绕 z 滚转，再绕 x 俯仰，最后绕 y 偏航。窗口打开期间对所有项有效。</translation>
    </message>
    <message>
        <source>x</source>
        <translation>x</translation>
    </message>
    <message>
        <source>y</source>
        <translation>y</translation>
    </message>
    <message>
        <source>z</source>
        <translation>z</translation>
    </message>
    <message>
        <source>Moves the points to the right in the camera's frame</source>
        <translation>在相机坐标系中将点向右移动</translation>
    </message>
    <message>
        <source>Moves the points down in the camera's frame</source>
        <translation>在相机坐标系中将点向下移动</translation>
    </message>
    <message>
        <source>Moves the points away from the camera</source>
        <translation>将点移离相机</translation>
    </message>
    <message>
        <source>Roll</source>
        <translation>滚转</translation>
    </message>
    <message>
        <source>Turns about the camera's z axis: clockwise in the image</source>
        <translation>绕相机的 z 轴旋转：在图像中为顺时针</translation>
    </message>
    <message>
        <source>Pitch</source>
        <translation>俯仰</translation>
    </message>
    <message>
        <source>Turns about the camera's x axis: points move up in the image</source>
        <translation>绕相机的 x 轴旋转：点在图像中上移</translation>
    </message>
    <message>
        <source>Yaw</source>
        <translation>偏航</translation>
    </message>
    <message>
        <source>Turns about the camera's y axis: points move right in the image</source>
        <translation>绕相机的 y 轴旋转：点在图像中右移</translation>
    </message>
    <message>
        <source>±5°, steps of 0.05°, with Ctrl 0.005°</source>
        <translation>±5°，步长 0.05°，按住 Ctrl 为 0.005°</translation>
    </message>
    <message>
        <source>±0.5 m, steps of 5 mm, with Ctrl 0.5 mm</source>
        <translation>±0.5 m，步长 5 mm，按住 Ctrl 为 0.5 mm</translation>
    </message>
    <message>
        <source>°</source>
        <translation>°</translation>
    </message>
    <message>
        <source> m</source>
        <translation> m</translation>
    </message>
    <message>
        <source>Scores along %1</source>
        <translation>沿 %1 的得分</translation>
    </message>
    <message>
        <source>The score along this axis, all others as they are.
Line: the present value; dot: the greatest score. All six plots have one scale.</source>
        <translation>沿此轴的得分，其余各轴保持不变。
竖线：当前值；圆点：最高得分。六幅图使用同一刻度。</translation>
    </message>
    <message>
        <source>Edge alignment</source>
        <translation>边缘对齐</translation>
    </message>
    <message>
        <source>Edge alignment score</source>
        <translation>边缘对齐得分</translation>
    </message>
    <message>
        <source>How strong the image's edges are where the cloud's leaps in range fall, in standard deviations over the image.
0: as good as chance; more is better. Comparable between poses of the same items alone.</source>
        <translation>点云距离突变处所对应的图像边缘强度，以整幅图像的标准差为单位。
0：与随机相当；越大越好。仅可在相同各项的不同位姿之间比较。</translation>
    </message>
    <message>
        <source>use </source>
        <translation>使用 </translation>
    </message>
    <message numerus="yes">
        <source> item(s)</source>
        <translation>
            <numerusform> 项</numerusform>
        </translation>
    </message>
    <message>
        <source>Items that are scored</source>
        <translation>参与评分的项</translation>
    </message>
    <message>
        <source>Scores this many items together, from the present one on.
One item often can't tell a shift from a turn; several can.</source>
        <translation>从当前项起，将这么多项一起评分。
单独一项往往无法区分平移和旋转；多项则可以。</translation>
    </message>
    <message>
        <source>Improve</source>
        <translation>优化</translation>
    </message>
    <message>
        <source>Looks for a better score near this pose, never beyond the sliders</source>
        <translation>在此位姿附近寻找更高的得分，不会超出滑块范围</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Back to the calibration as it was read</source>
        <translation>恢复为读入时的标定</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Takes the last step back</source>
        <translation>撤销上一步</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Takes the step again</source>
        <translation>重做此步</translation>
    </message>
    <message>
        <source>Save corrected calibration…</source>
        <translation>保存校正后的标定…</translation>
    </message>
    <message>
        <source>KITTI: the calibration file with a new pose of the LiDAR; otherwise JSON</source>
        <translation>KITTI：带有 LiDAR 新位姿的标定文件；否则为 JSON</translation>
    </message>
    <message>
        <source>roll</source>
        <translation>滚转</translation>
    </message>
    <message>
        <source>pitch</source>
        <translation>俯仰</translation>
    </message>
    <message>
        <source>No camera is open.</source>
        <translation>没有打开的相机。</translation>
    </message>
    <message>
        <source>Finding edges in cloud and image…</source>
        <translation>正在查找点云和图像中的边缘…</translation>
    </message>
    <message>
        <source>There is no cloud with an image of this camera.</source>
        <translation>没有与此相机图像对应的点云。</translation>
    </message>
    <message>
        <source>Too few edges for a score: %1 of the cloud's fall into the image, %2 are needed.</source>
        <translation>边缘太少，无法评分：点云中有 %1 个落在图像内，需要 %2 个。</translation>
    </message>
    <message numerus="yes">
        <source>%1 edges in %n item(s)</source>
        <translation>
            <numerusform>%n 项中有 %1 个边缘点</numerusform>
        </translation>
    </message>
    <message>
        <source>as read · %1</source>
        <translation>与读入时相同 · %1</translation>
    </message>
    <message>
        <source>%1 to the original · %2</source>
        <translation>相对原始 %1 · %2</translation>
    </message>
    <message>
        <source>Plotting…</source>
        <translation>正在绘图…</translation>
    </message>
    <message>
        <source>At the peak along each of the six axes.</source>
        <translation>沿六个轴均处于峰值。</translation>
    </message>
    <message>
        <source>Better along one axis: %1</source>
        <translation>沿一个轴更优：%1</translation>
    </message>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source>Stopped; nothing was changed.</source>
        <translation>已停止；未作任何更改。</translation>
    </message>
    <message>
        <source>No better pose was found near this one.</source>
        <translation>在此位姿附近未找到更好的位姿。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>millrace::view::ComparePanel</name>
    <message>
        <source>Comparison of two wires</source>
        <translation>两条连线的比较</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>The wire that is the reference</source>
        <translation>作为参考的连线</translation>
    </message>
    <message>
        <source>The wire that is compared with it</source>
        <translation>与之比较的连线</translation>
    </message>
    <message>
        <source>Exchange A and B (X)</source>
        <translation>交换 A 和 B (X)</translation>
    </message>
    <message>
        <source>Exchange A and B</source>
        <translation>交换 A 和 B</translation>
    </message>
    <message>
        <source>Absolute tolerance</source>
        <translation>绝对容差</translation>
    </message>
    <message>
        <source>Numbers agree when |a − b| ≤ atol + rtol · |a|</source>
        <translation>当 |a − b| ≤ atol + rtol · |a| 时，数值视为一致</translation>
    </message>
    <message>
        <source>Relative tolerance</source>
        <translation>相对容差</translation>
    </message>
    <message>
        <source>Offset of B's items</source>
        <translation>B 各项的偏移</translation>
    </message>
    <message>
        <source>Item n of A is compared with item n + offset of B, which may be the same wire</source>
        <translation>A 的第 n 项与 B 的第 n + 偏移项比较，B 可以是同一条连线</translation>
    </message>
    <message>
        <source>Radius of matching</source>
        <translation>匹配半径</translation>
    </message>
    <message>
        <source>How far apart points may be that are matched where counts or order differ</source>
        <translation>当数量或顺序不同时，可相互匹配的点之间的最大距离</translation>
    </message>
    <message>
        <source>NaN agrees with NaN</source>
        <translation>NaN 与 NaN 视为一致</translation>
    </message>
    <message>
        <source>atol</source>
        <translation>atol</translation>
    </message>
    <message>
        <source>rtol</source>
        <translation>rtol</translation>
    </message>
    <message>
        <source>Offset</source>
        <translation>偏移</translation>
    </message>
    <message>
        <source>Radius</source>
        <translation>半径</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>max |a − b|</source>
        <translation>最大 |a − b|</translation>
    </message>
    <message>
        <source>max relative</source>
        <translation>最大相对误差</translation>
    </message>
    <message>
        <source>mean |a − b|</source>
        <translation>平均 |a − b|</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>compared</source>
        <translation>已比较</translation>
    </message>
    <message>
        <source>beyond</source>
        <translation>超出</translation>
    </message>
    <message>
        <source>only in A</source>
        <translation>仅在 A 中</translation>
    </message>
    <message>
        <source>only in B</source>
        <translation>仅在 B 中</translation>
    </message>
    <message>
        <source>Show worst</source>
        <translation>显示最差项</translation>
    </message>
    <message>
        <source>Goes to the chosen element in both viewers</source>
        <translation>在两个查看器中转到所选元素</translation>
    </message>
    <message>
        <source>Next worst</source>
        <translation>下一个最差项</translation>
    </message>
    <message>
        <source>Worst before</source>
        <translation>上一个最差项</translation>
    </message>
    <message>
        <source>Show difference</source>
        <translation>显示差异</translation>
    </message>
    <message>
        <source>Opens the difference as a pane</source>
        <translation>在窗格中打开差异</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Writes what was compared as CSV or JSON</source>
        <translation>将比较结果写为 CSV 或 JSON</translation>
    </message>
    <message>
        <source>Write the comparison</source>
        <translation>写出比较结果</translation>
    </message>
    <message>
        <source>CSV (*.csv);;JSON (*.json)</source>
        <translation>CSV (*.csv);;JSON (*.json)</translation>
    </message>
    <message>
        <source>A tolerance is a number from 0, such as 1e-5.</source>
        <translation>容差是不小于 0 的数，例如 1e-5。</translation>
    </message>
    <message>
        <source>%1 dB</source>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>Open runs, folders or files to compare them.</source>
        <translation>打开运行、文件夹或文件以进行比较。</translation>
    </message>
    <message>
        <source>Choose two wires, or one and an offset between its items.</source>
        <translation>请选择两条连线，或一条连线及其项之间的偏移。</translation>
    </message>
    <message>
        <source> (estimated from sketches)</source>
        <translation>（由摘要估计）</translation>
    </message>
    <message>
        <source>: %1 of %2 differ</source>
        <translation>：%2 中有 %1 个不同</translation>
    </message>
    <message>
        <source>, bit for bit</source>
        <translation>，逐位一致</translation>
    </message>
    <message>
        <source>item %1</source>
        <translation>第 %1 项</translation>
    </message>
    <message>
        <source>item %1 with %2</source>
        <translation>第 %1 项与第 %2 项</translation>
    </message>
    <message>
        <source>%1 items: %2 equal, %3 within tolerance, %4 beyond, %5 not comparable</source>
        <translation>%1 项：%2 相等，%3 在容差内，%4 超出，%5 不可比较</translation>
    </message>
    <message>
        <source>Choose A and B of two runs that recorded the same outputs.</source>
        <translation>请从记录了相同输出的两个运行中选择 A 和 B。</translation>
    </message>
    <message numerus="yes">
        <source>%n wire(s) stand in both.</source>
        <translation>
            <numerusform>两者共有 %n 条连线。</numerusform>
        </translation>
    </message>
    <message>
        <source>No wire differs.</source>
        <translation>没有连线存在差异。</translation>
    </message>
    <message>
        <source>The first wire that differs: %1</source>
        <translation>第一条存在差异的连线：%1</translation>
    </message>
    <message>
        <source>%1 against %2</source>
        <translation>%1 对 %2</translation>
    </message>
    <message>
        <source>%1: A %2, B %3</source>
        <translation>%1：A %2，B %3</translation>
    </message>
    <message>
        <source>%1 − %2</source>
        <translation>%1 − %2</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>|a − b|</source>
        <translation>|a − b|</translation>
    </message>
    <message>
        <source>Worst elements</source>
        <translation>最差元素</translation>
    </message>
    <message>
        <source>N and Shift+N step through, Enter shows the element</source>
        <translation>N 和 Shift+N 逐个查看，Enter 显示该元素</translation>
    </message>
    <message>
        <source>Worst</source>
        <translation>最差</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>部分</translation>
    </message>
    <message>
        <source>SQNR dB</source>
        <translation>SQNR dB</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>部分</translation>
    </message>
    <message>
        <source>Check all items</source>
        <translation>检查所有项</translation>
    </message>
    <message>
        <source>Compares every item of A and B</source>
        <translation>比较 A 和 B 的每一项</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>项</translation>
    </message>
    <message>
        <source>Items that differ</source>
        <translation>存在差异的项</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>项</translation>
    </message>
    <message>
        <source>Check all wires of both runs</source>
        <translation>检查两个运行的所有连线</translation>
    </message>
    <message>
        <source>Compares all items of all wires that both runs have</source>
        <translation>比较两个运行共有的所有连线的所有项</translation>
    </message>
    <message>
        <source>In the graph's order</source>
        <translation>按图的顺序</translation>
    </message>
    <message>
        <source>Largest error first</source>
        <translation>误差最大者优先</translation>
    </message>
    <message>
        <source>Order of the wires</source>
        <translation>连线的顺序</translation>
    </message>
    <message>
        <source>Wire</source>
        <translation>连线</translation>
    </message>
    <message>
        <source>How</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Wires of both runs</source>
        <translation>两个运行的连线</translation>
    </message>
    <message>
        <source>A double click compares the wire</source>
        <translation>双击以比较该连线</translation>
    </message>
    <message>
        <source>Wires</source>
        <translation>连线</translation>
    </message>
    <message>
        <source>item %v of %m</source>
        <translation>第 %v 项，共 %m 项</translation>
    </message>
</context>
<context>
    <name>millrace::view::ComparePlot</name>
    <message>
        <source>Largest error of each item</source>
        <translation>每项的最大误差</translation>
    </message>
    <message>
        <source>No items are checked yet.</source>
        <translation>尚未检查任何项。</translation>
    </message>
    <message>
        <source>largest |a − b| %1</source>
        <translation>最大 |a − b| %1</translation>
    </message>
    <message>
        <source>item %1: %2, largest |a − b| %3</source>
        <translation>第 %1 项：%2，最大 |a − b| %3</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>: %1 against %2</source>
        <translation>：%1 对 %2</translation>
    </message>
    <message>
        <source>Neither item holds anything that can be compared.</source>
        <translation>两项都不含可比较的内容。</translation>
    </message>
    <message>
        <source>%1 visuals against %2</source>
        <translation>%1 个视觉对象对 %2 个</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>精确</translation>
    </message>
    <message>
        <source>equal hashes</source>
        <translation>哈希相同</translation>
    </message>
    <message>
        <source>estimated from sketches</source>
        <translation>由摘要估计</translation>
    </message>
    <message>
        <source>%1 has no item %2</source>
        <translation>%1 没有第 %2 项</translation>
    </message>
    <message>
        <source>%1 has no such item</source>
        <translation>%1 没有这一项</translation>
    </message>
    <message>
        <source>One of the runs kept a sketch of it alone, the other none.</source>
        <translation>其中一个运行仅保留了它的摘要，另一个没有。</translation>
    </message>
    <message>
        <source>the whole</source>
        <translation>整体</translation>
    </message>
    <message>
        <source>pixel %1, %2, channel %3</source>
        <translation>像素 %1, %2，通道 %3</translation>
    </message>
    <message>
        <source>point %1</source>
        <translation>点 %1</translation>
    </message>
    <message>
        <source>box %1</source>
        <translation>框 %1</translation>
    </message>
    <message>
        <source>element %1</source>
        <translation>元素 %1</translation>
    </message>
    <message>
        <source>row %1, column %2</source>
        <translation>行 %1，列 %2</translation>
    </message>
    <message>
        <source>row %1</source>
        <translation>行 %1</translation>
    </message>
    <message>
        <source>line %1, column %2</source>
        <translation>第 %1 行，第 %2 列</translation>
    </message>
    <message>
        <source>token %1</source>
        <translation>词元 %1</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>层 %1</translation>
    </message>
    <message>
        <source> (B: %1)</source>
        <translation>（B：%1）</translation>
    </message>
    <message>
        <source>%1, only in A</source>
        <translation>%1，仅在 A 中</translation>
    </message>
    <message>
        <source>%1, only in B</source>
        <translation>%1，仅在 B 中</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>（空）</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>相等</translation>
    </message>
    <message>
        <source>within tolerance</source>
        <translation>在容差内</translation>
    </message>
    <message>
        <source>beyond tolerance</source>
        <translation>超出容差</translation>
    </message>
    <message>
        <source>can't be compared</source>
        <translation>无法比较</translation>
    </message>
</context>
<context>
    <name>millrace::view::Plots</name>
    <message>
        <source>Plots</source>
        <translation>曲线图</translation>
    </message>
</context>
<context>
    <name>EditorWindow</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>检查器</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Viewer</source>
        <translation>查看器</translation>
    </message>
    <message>
        <source>Problems (%1)</source>
        <translation>问题（%1）</translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation>新建(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>打开(&amp;O)…</translation>
    </message>
    <message>
        <source>Open a graph</source>
        <translation>打开图</translation>
    </message>
    <message>
        <source>Graphs (*.json)</source>
        <translation>图 (*.json)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>另存为(&amp;A)…</translation>
    </message>
    <message>
        <source>Earlier &amp;versions</source>
        <translation>早期版本(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>The clipboard holds no nodes: %1</source>
        <translation>剪贴板中没有节点：%1</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>剪切(&amp;T)</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>剪切</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>粘贴(&amp;P)</translation>
    </message>
    <message>
        <source>Paste with &amp;inputs</source>
        <translation>连同输入粘贴(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Duplicate</source>
        <translation>创建副本(&amp;D)</translation>
    </message>
    <message>
        <source>D&amp;elete</source>
        <translation>删除(&amp;E)</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>运行(&amp;R)</translation>
    </message>
    <message>
        <source>Run to &amp;selection</source>
        <translation>运行到所选(&amp;S)</translation>
    </message>
    <message>
        <source>Select the nodes to run to.</source>
        <translation>请选择要运行到的节点。</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>暂停(&amp;P)</translation>
    </message>
    <message>
        <source>Step an &amp;item</source>
        <translation>单步一项(&amp;I)</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>停止(&amp;T)</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Show &amp;all</source>
        <translation>显示全部(&amp;A)</translation>
    </message>
    <message>
        <source>Show &amp;selection</source>
        <translation>显示所选(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation>&amp;100 %</translation>
    </message>
    <message>
        <source>&amp;High contrast</source>
        <translation>高对比度(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Graph</source>
        <translation>图(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Add a node…</source>
        <translation>添加节点(&amp;A)…</translation>
    </message>
    <message>
        <source>Add a node (Tab)</source>
        <translation>添加节点 (Tab)</translation>
    </message>
    <message>
        <source>Make a &amp;subgraph</source>
        <translation>创建子图(&amp;S)</translation>
    </message>
    <message>
        <source>Select the nodes of the subgraph.</source>
        <translation>请选择子图的节点。</translation>
    </message>
    <message>
        <source>Make a subgraph</source>
        <translation>创建子图</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>名称：</translation>
    </message>
    <message>
        <source>part</source>
        <translation>part</translation>
    </message>
    <message>
        <source>&amp;Dissolve the subgraph</source>
        <translation>解散子图(&amp;D)</translation>
    </message>
    <message>
        <source>Dissolve</source>
        <translation>解散</translation>
    </message>
    <message>
        <source>&amp;Enter the subgraph</source>
        <translation>进入子图(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Leave the subgraph</source>
        <translation>离开子图(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Backdrop</source>
        <translation>背景框(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Note</source>
        <translation>注释(&amp;N)</translation>
    </message>
    <message>
        <source>Backdrop</source>
        <translation>背景框</translation>
    </message>
    <message>
        <source>Title:</source>
        <translation>标题：</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>注释</translation>
    </message>
    <message>
        <source>Text:</source>
        <translation>文字：</translation>
    </message>
    <message>
        <source>Change the text</source>
        <translation>修改文字</translation>
    </message>
    <message>
        <source>Select a subgraph to enter it.</source>
        <translation>请选择要进入的子图。</translation>
    </message>
    <message>
        <source>Add a backdrop</source>
        <translation>添加背景框</translation>
    </message>
    <message>
        <source>Add a note</source>
        <translation>添加注释</translation>
    </message>
    <message>
        <source>Where the canvas is</source>
        <translation>画布位置</translation>
    </message>
    <message>
        <source>&amp;Arrange</source>
        <translation>排列(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Lay out</source>
        <translation>自动布局(&amp;L)</translation>
    </message>
    <message>
        <source>Align l&amp;eft</source>
        <translation>左对齐(&amp;E)</translation>
    </message>
    <message>
        <source>Align &amp;right</source>
        <translation>右对齐(&amp;R)</translation>
    </message>
    <message>
        <source>Align &amp;top</source>
        <translation>顶部对齐(&amp;T)</translation>
    </message>
    <message>
        <source>Align &amp;bottom</source>
        <translation>底部对齐(&amp;B)</translation>
    </message>
    <message>
        <source>Centre in a &amp;column</source>
        <translation>居中成列(&amp;C)</translation>
    </message>
    <message>
        <source>Centre in a ro&amp;w</source>
        <translation>居中成行(&amp;W)</translation>
    </message>
    <message>
        <source>Distribute &amp;horizontally</source>
        <translation>水平分布(&amp;H)</translation>
    </message>
    <message>
        <source>Distribute &amp;vertically</source>
        <translation>垂直分布(&amp;V)</translation>
    </message>
    <message>
        <source>Select &amp;upstream</source>
        <translation>选择上游(&amp;U)</translation>
    </message>
    <message>
        <source>Select &amp;downstream</source>
        <translation>选择下游(&amp;D)</translation>
    </message>
    <message>
        <source>C&amp;onnect two nodes</source>
        <translation>连接两个节点(&amp;O)</translation>
    </message>
    <message>
        <source>Remove and &amp;join the wires</source>
        <translation>移除并接合连线(&amp;J)</translation>
    </message>
    <message>
        <source>Take o&amp;ff the wires</source>
        <translation>脱离连线(&amp;F)</translation>
    </message>
    <message>
        <source>Add a reroute &amp;dot</source>
        <translation>添加转折点(&amp;D)</translation>
    </message>
    <message>
        <source>Select a wire: a click on it does.</source>
        <translation>请选择连线：点击即可。</translation>
    </message>
    <message>
        <source>Go to the node at the left</source>
        <translation>转到左侧节点</translation>
    </message>
    <message>
        <source>Go to the node at the right</source>
        <translation>转到右侧节点</translation>
    </message>
    <message>
        <source>Go to the node above</source>
        <translation>转到上方节点</translation>
    </message>
    <message>
        <source>Go to the node below</source>
        <translation>转到下方节点</translation>
    </message>
    <message>
        <source>Show the &amp;map</source>
        <translation>显示地图(&amp;M)</translation>
    </message>
    <message>
        <source>Select two nodes to connect them.</source>
        <translation>请选择两个要连接的节点。</translation>
    </message>
    <message>
        <source>Select the nodes first.</source>
        <translation>请先选择节点。</translation>
    </message>
    <message>
        <source>Against another &amp;branch…</source>
        <translation>与另一分支比较(&amp;B)…</translation>
    </message>
    <message>
        <source>Show the &amp;parameter outside</source>
        <translation>在外部显示参数(&amp;P)</translation>
    </message>
    <message>
        <source>Show outside</source>
        <translation>在外部显示</translation>
    </message>
    <message>
        <source>&amp;Mute</source>
        <translation>静音(&amp;M)</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>静音</translation>
    </message>
    <message>
        <source>B&amp;ypass</source>
        <translation>旁路(&amp;Y)</translation>
    </message>
    <message>
        <source>Bypass</source>
        <translation>旁路</translation>
    </message>
    <message>
        <source>&amp;Freeze</source>
        <translation>冻结(&amp;F)</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>冻结</translation>
    </message>
    <message>
        <source>Thaw</source>
        <translation>解冻</translation>
    </message>
    <message>
        <source>Thawed: they run again.</source>
        <translation>已解冻：它们会重新运行。</translation>
    </message>
    <message>
        <source>Frozen: the results of this run are kept until they are thawed.</source>
        <translation>已冻结：本次运行的结果将保留到解冻为止。</translation>
    </message>
    <message>
        <source>Run &amp;from the selection</source>
        <translation>从所选开始运行(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Preview on the node</source>
        <translation>节点预览(&amp;P)</translation>
    </message>
    <message>
        <source>Card of the &amp;wire</source>
        <translation>连线信息(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Colour nodes by</source>
        <translation>节点着色依据(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Off</source>
        <translation>关闭(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Cost</source>
        <translation>耗时(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Memory</source>
        <translation>内存(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Failed and skipped items</source>
        <translation>失败与跳过的项(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Viewer slots</source>
        <translation>查看器槽位(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Send the selection to a slot</source>
        <translation>将所选送入槽位(&amp;S)</translation>
    </message>
    <message>
        <source>Slot &amp;%1</source>
        <translation>槽位 &amp;%1</translation>
    </message>
    <message>
        <source>&amp;A or B</source>
        <translation>&amp;A 或 B</translation>
    </message>
    <message>
        <source>&amp;Wipe between A and B</source>
        <translation>在 A 与 B 间擦除(&amp;W)</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Run ended: %1</source>
        <translation>运行结束：%1</translation>
    </message>
    <message>
        <source>No worker</source>
        <translation>没有工作进程</translation>
    </message>
    <message>
        <source>Worker starts…</source>
        <translation>工作进程启动中…</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>继续(&amp;C)</translation>
    </message>
    <message>
        <source>Add %1</source>
        <translation>添加 %1</translation>
    </message>
    <message>
        <source>There is nothing to run: add nodes with Tab.</source>
        <translation>没有可运行的内容：按 Tab 添加节点。</translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation>未保存的更改</translation>
    </message>
    <message>
        <source>Save the changes of %1?</source>
        <translation>保存对 %1 的更改？</translation>
    </message>
    <message>
        <source>%1 can't be opened: see the problems.</source>
        <translation>无法打开 %1：请看问题列表。</translation>
    </message>
    <message>
        <source>The graph in %1 can't be opened: see the problems.</source>
        <translation>无法打开 %1 中的图：请看问题列表。</translation>
    </message>
    <message>
        <source>Recover</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Not recovered</source>
        <translation>未恢复</translation>
    </message>
    <message>
        <source>Save the graph</source>
        <translation>保存图</translation>
    </message>
    <message>
        <source>The file has changed</source>
        <translation>文件已更改</translation>
    </message>
    <message>
        <source>%1 was changed by another program since it was opened. Save over it? (The other version is kept.)</source>
        <translation>%1 打开后被其他程序修改。要覆盖吗？（另一版本会保留。）</translation>
    </message>
    <message>
        <source>nobody may write the file</source>
        <translation>该文件不可写</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>已保存。</translation>
    </message>
    <message>
        <source>%1 was not saved: %2. The changes are kept here and in the journal.</source>
        <translation>%1 未保存：%2。更改保留在此处和日志中。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>There is nothing to export yet.</source>
        <translation>还没有可导出的内容。</translation>
    </message>
    <message>
        <source>PNG picture (*.png)</source>
        <translation>PNG 图片 (*.png)</translation>
    </message>
    <message>
        <source>SVG drawing (*.svg)</source>
        <translation>SVG 矢量图 (*.svg)</translation>
    </message>
    <message>
        <source>Export a picture that carries the graph</source>
        <translation>导出包含图的图片</translation>
    </message>
    <message>
        <source>Exported to %1. Opening or dropping it brings the graph back.</source>
        <translation>已导出到 %1。打开或拖入即可恢复该图。</translation>
    </message>
    <message>
        <source>%1 was not written: %2.</source>
        <translation>%1 未写入：%2。</translation>
    </message>
    <message>
        <source>Export again…</source>
        <translation>重新导出…</translation>
    </message>
    <message>
        <source>%1 is not there any more. What you see is kept here.</source>
        <translation>%1 已不存在。当前内容保留在此。</translation>
    </message>
    <message>
        <source>Save it again</source>
        <translation>重新保存</translation>
    </message>
    <message>
        <source>%1 changed on disk.</source>
        <translation>%1 在磁盘上已更改。</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>重新加载</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>保留我的</translation>
    </message>
    <message>
        <source>Show what differs</source>
        <translation>显示差异</translation>
    </message>
    <message>
        <source>The file on disk is no graph any more: see the problems. What you see is kept.</source>
        <translation>磁盘上的文件已不是图：请看问题列表。当前内容保留。</translation>
    </message>
    <message>
        <source>Reloaded.</source>
        <translation>已重新加载。</translation>
    </message>
    <message>
        <source>only on disk:  %1  %2</source>
        <translation>仅磁盘上有：  %1  %2</translation>
    </message>
    <message>
        <source>only here:  %1  %2</source>
        <translation>仅此处有：  %1  %2</translation>
    </message>
    <message>
        <source>%1:  here %2, on disk %3</source>
        <translation>%1：  此处 %2，磁盘上 %3</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>欢迎</translation>
    </message>
    <message>
        <source>Pipelines for perception and on-device models: draw them, run them, look into every wire.</source>
        <translation>感知与端侧模型的流水线：绘制、运行、查看每条连线。</translation>
    </message>
    <message>
        <source>New graph</source>
        <translation>新建图</translation>
    </message>
    <message>
        <source>Open a graph…</source>
        <translation>打开图…</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近</translation>
    </message>
    <message>
        <source>Ready-made graphs</source>
        <translation>现成的图</translation>
    </message>
    <message>
        <source>The folder of ready-made graphs was not found.</source>
        <translation>未找到现成图的文件夹。</translation>
    </message>
    <message>
        <source>Or drop a graph here, or a picture that was exported from a canvas. F1 opens the help.</source>
        <translation>也可将图或从画布导出的图片拖到此处。F1 打开帮助。</translation>
    </message>
    <message>
        <source>Run %1</source>
        <translation>运行 %1</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>打开 %1</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>%1 is not there any more.</source>
        <translation>%1 已不存在。</translation>
    </message>
    <message>
        <source>“%1” has changes that were not saved when its editor ended (%2).</source>
        <translation>“%1”有编辑器结束时未保存的更改（%2）。</translation>
    </message>
    <message>
        <source>Add a node</source>
        <translation>添加节点</translation>
    </message>
    <message>
        <source>On the canvas</source>
        <translation>画布上</translation>
    </message>
    <message>
        <source>Help on the &amp;selected node</source>
        <translation>所选节点的帮助(&amp;S)</translation>
    </message>
    <message>
        <source>Select one node to read about its type.</source>
        <translation>请选择一个节点以查看其类型说明。</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About Millrace</source>
        <translation>关于 Millrace(&amp;A)</translation>
    </message>
    <message>
        <source>About Millrace</source>
        <translation>关于 Millrace</translation>
    </message>
    <message>
        <source>nothing to undo</source>
        <translation>没有可撤销的操作</translation>
    </message>
    <message>
        <source>nothing to redo</source>
        <translation>没有可重做的操作</translation>
    </message>
    <message>
        <source>this is the outermost graph</source>
        <translation>这是最外层的图</translation>
    </message>
    <message>
        <source>a run is under way</source>
        <translation>正在运行</translation>
    </message>
    <message>
        <source>nothing runs</source>
        <translation>没有运行</translation>
    </message>
    <message>
        <source>pause the run first</source>
        <translation>请先暂停运行</translation>
    </message>
    <message>
        <source>&amp;Find in the graph…</source>
        <translation>在图中查找(&amp;F)…</translation>
    </message>
    <message>
        <source>Find the &amp;next</source>
        <translation>查找下一个(&amp;N)</translation>
    </message>
    <message>
        <source>Find the one &amp;before</source>
        <translation>查找上一个(&amp;B)</translation>
    </message>
    <message>
        <source>C&amp;ommand palette…</source>
        <translation>命令面板(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>设置(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Export a picture…</source>
        <translation>导出图片(&amp;E)…</translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation>显示日志(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Worker</source>
        <translation>工作进程(&amp;W)</translation>
    </message>
    <message>
        <source>Graphs run on %1 now.</source>
        <translation>现在图在 %1 上运行。</translation>
    </message>
    <message>
        <source>Graphs run on this machine now.</source>
        <translation>现在图在本机运行。</translation>
    </message>
    <message>
        <source>No worker on %1: %2</source>
        <translation>%1 上没有工作进程：%2</translation>
    </message>
    <message>
        <source>Use this machine</source>
        <translation>使用本机</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Search for a command</source>
        <translation>搜索命令</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>not now</source>
        <translation>当前不可用</translation>
    </message>
    <message>
        <source>No command matches.</source>
        <translation>没有匹配的命令。</translation>
    </message>
    <message>
        <source>Find nodes, parameters, values, notes</source>
        <translation>查找节点、参数、值、注释</translation>
    </message>
    <message>
        <source>Find in the graph</source>
        <translation>在图中查找</translation>
    </message>
    <message>
        <source>The one before (Shift+F3)</source>
        <translation>上一个 (Shift+F3)</translation>
    </message>
    <message>
        <source>The next one (F3)</source>
        <translation>下一个 (F3)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭 (Esc)</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>The picture holds no graph</source>
        <translation>图片中没有图</translation>
    </message>
    <message>
        <source>The file is no PNG</source>
        <translation>该文件不是 PNG</translation>
    </message>
    <message>
        <source>The graph in the picture is damaged</source>
        <translation>图片中的图已损坏</translation>
    </message>
    <message>
        <source>The picture can't be opened: %1</source>
        <translation>无法打开图片：%1</translation>
    </message>
    <message>
        <source>The SVG can't be read: %1</source>
        <translation>无法读取 SVG：%1</translation>
    </message>
    <message>
        <source>press the key</source>
        <translation>请按键</translation>
    </message>
    <message>
        <source>Press the new key</source>
        <translation>请按下新的按键</translation>
    </message>
    <message>
        <source>Choose a folder on %1</source>
        <translation>选择 %1 上的文件夹</translation>
    </message>
    <message>
        <source>Choose a file on %1</source>
        <translation>选择 %1 上的文件</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>The folder above</source>
        <translation>上级文件夹</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>Files and folders</source>
        <translation>文件与文件夹</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>设置页面</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Autosave</source>
        <translation>自动保存</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>Colours:</source>
        <translation>颜色：</translation>
    </message>
    <message>
        <source>That of the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Language:</source>
        <translation>语言：</translation>
    </message>
    <message>
        <source>That of the display</source>
        <translation>跟随显示器</translation>
    </message>
    <message>
        <source>Size:</source>
        <translation>大小：</translation>
    </message>
    <message>
        <source>Changes are kept after:</source>
        <translation>更改保存间隔：</translation>
    </message>
    <message>
        <source>millrace, beside this program</source>
        <translation>本程序旁的 millrace</translation>
    </message>
    <message>
        <source>Program on this machine:</source>
        <translation>本机程序：</translation>
    </message>
    <message>
        <source>Hosts:</source>
        <translation>主机：</translation>
    </message>
    <message>
        <source>being counted…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Kept results:</source>
        <translation>已缓存结果：</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>主机</translation>
    </message>
    <message>
        <source>Program there</source>
        <translation>该处程序</translation>
    </message>
    <message>
        <source>Add a host</source>
        <translation>添加主机</translation>
    </message>
    <message>
        <source>Leave as it is</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>The keys of viewers are fixed.</source>
        <translation>查看器的按键不可更改。</translation>
    </message>
    <message>
        <source>%1 is the key of %2, which can't be changed.</source>
        <translation>%1 是 %2 的按键，无法更改。</translation>
    </message>
    <message>
        <source>%1 is the key of %2 already.</source>
        <translation>%1 已是 %2 的按键。</translation>
    </message>
    <message>
        <source>Give it to “%1”</source>
        <translation>分配给“%1”</translation>
    </message>
    <message>
        <source>A host needs a name.</source>
        <translation>主机需要名称。</translation>
    </message>
    <message>
        <source>Where graphs run</source>
        <translation>图的运行位置</translation>
    </message>
    <message>
        <source>This machine</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>Edit the list…</source>
        <translation>编辑列表…</translation>
    </message>
    <message>
        <source>this machine</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>%1: not connected</source>
        <translation>%1：未连接</translation>
    </message>
    <message>
        <source>%1: connecting…</source>
        <translation>%1：正在连接…</translation>
    </message>
    <message>
        <source>on %1</source>
        <translation>在 %1 上</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>指南</translation>
    </message>
    <message>
        <source>Nodes: %1</source>
        <translation>节点：%1</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>入门</translation>
    </message>
    <message>
        <source>The canvas</source>
        <translation>画布</translation>
    </message>
    <message>
        <source>The inspector</source>
        <translation>检查器</translation>
    </message>
    <message>
        <source>Viewers</source>
        <translation>查看器</translation>
    </message>
    <message>
        <source>Runs and comparing</source>
        <translation>运行与比较</translation>
    </message>
    <message>
        <source>Other machines</source>
        <translation>其他机器</translation>
    </message>
    <message>
        <source>The worker's protocol</source>
        <translation>工作进程协议</translation>
    </message>
    <message>
        <source>Help page</source>
        <translation>帮助页</translation>
    </message>
    <message>
        <source>Help – Millrace</source>
        <translation>帮助 – Millrace</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>后退</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search the help</source>
        <translation>搜索帮助</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>No page matches.</source>
        <translation>没有匹配的页面。</translation>
    </message>
    <message>
        <source>any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>optional</source>
        <translation>可选</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 到 %2</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>从 %1 起</translation>
    </message>
    <message>
        <source>to %1</source>
        <translation>至 %1</translation>
    </message>
    <message>
        <source>at the next item</source>
        <translation>下一项生效</translation>
    </message>
    <message>
        <source>restarts the node</source>
        <translation>重启节点</translation>
    </message>
    <message>
        <source>at the next run</source>
        <translation>下次运行生效</translation>
    </message>
    <message>
        <source>version %1</source>
        <translation>版本 %1</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>What</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>默认值</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>A change holds</source>
        <translation>更改生效</translation>
    </message>
    <message>
        <source>Works on several items at once.</source>
        <translation>可同时处理多项。</translation>
    </message>
    <message>
        <source>Works on one item at a time.</source>
        <translation>一次处理一项。</translation>
    </message>
    <message>
        <source>Its results can be kept and used again.</source>
        <translation>结果可缓存并复用。</translation>
    </message>
    <message>
        <source>Its results are never kept.</source>
        <translation>结果从不缓存。</translation>
    </message>
    <message>
        <source>Behaviour</source>
        <translation>行为</translation>
    </message>
    <message>
        <source>Search node types</source>
        <translation>搜索节点类型</translation>
    </message>
    <message>
        <source>The worker has not told its node types yet.</source>
        <translation>工作进程尚未提供节点类型。</translation>
    </message>
    <message>
        <source>No node type matches.</source>
        <translation>没有匹配的节点类型。</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Another run is under way.</source>
        <translation>另一运行正在进行。</translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s)</source>
        <translation>
            <numerusform>约 %n 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>找到 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 in %n file(s), of at most %2</source>
        <translation>
            <numerusform>%1，%n 个文件，上限 %2</numerusform>
        </translation>
    </message>
    <message>
        <source>Select a node to see its parameters.</source>
        <translation>请选择节点以查看其参数。</translation>
    </message>
    <message>
        <source>Parameters of the selected node</source>
        <translation>所选节点的参数</translation>
    </message>
    <message>
        <source>Title of the node</source>
        <translation>节点标题</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Inputs and outputs</source>
        <translation>输入与输出</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>参考</translation>
    </message>
    <message>
        <source>Open the reference page</source>
        <translation>打开参考页</translation>
    </message>
    <message>
        <source>Not run yet.</source>
        <translation>尚未运行。</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>This graph</source>
        <translation>当前图</translation>
    </message>
    <message>
        <source>Succeeded</source>
        <translation>成功</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>Broken</source>
        <translation>已损坏</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>继续(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Open its graph</source>
        <translation>打开其图(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Go through its items</source>
        <translation>逐项回看(&amp;G)</translation>
    </message>
    <message>
        <source>Use as re&amp;ference</source>
        <translation>用作参照(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Compare the two runs</source>
        <translation>比较两次运行(&amp;C)</translation>
    </message>
    <message>
        <source>Compare two runs</source>
        <translation>比较两次运行</translation>
    </message>
</context>
</TS>
